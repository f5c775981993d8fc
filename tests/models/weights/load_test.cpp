#include "models/weights/load.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/models/weights/scratch.h"

namespace flowreel {
namespace {

using testing::expect_error;
using testing::ScratchFolder;

struct Linear : Module {
  Linear(int64_t out, int64_t in) : weight({out, in}), bias({out}) {
    add("weight", weight);
    add("bias", bias);
  }
  Parameter weight, bias;
};

struct Network : Module {
  Network() {
    add("first", first);
    add("second", second);
  }
  Linear first{2, 3}, second{4, 2};
};

std::map<std::string, at::Tensor> network_tensors(at::ScalarType type,
                                                  const std::string& prefix = "") {
  return {{prefix + "first.weight", at::arange(6, at::kFloat).reshape({2, 3}).to(type)},
          {prefix + "first.bias", at::full({2}, 0.1, at::kFloat).to(type)},
          {prefix + "second.weight", at::arange(8, at::kFloat).reshape({4, 2}).to(type)},
          {prefix + "second.bias", at::full({4}, -0.3, at::kFloat).to(type)}};
}

class Load : public ::testing::Test {
 protected:
  Weights weights(const std::map<std::string, at::Tensor>& tensors) {
    write_safetensors(folder_ / "model.safetensors", tensors);
    return Weights::open(folder_.path());
  }
  ScratchFolder folder_;
  Network network_;
};

TEST_F(Load, FillsEveryParameterOnceInTheComputeType) {
  for (at::ScalarType stored :
       {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kFloat8_e4m3fn}) {
    const auto tensors = network_tensors(stored);
    Weights source = weights(tensors);
    std::map<std::string, int> reads;
    source.observe_reads(
        [&](const std::string& name, const TensorInfo&, const void*, size_t) { ++reads[name]; });
    for (at::ScalarType compute : {at::kFloat, at::kBFloat16, at::kHalf}) {
      reads.clear();
      load_into(network_, source, {}, {.dtype = compute});
      EXPECT_EQ(reads.size(), 4u);
      for (const auto& [name, count] : reads) EXPECT_EQ(count, 1) << name;
      network_.visit([&](const std::string& name, Parameter& parameter) {
        EXPECT_EQ(parameter.value.scalar_type(), compute);
        EXPECT_TRUE(at::equal(parameter.value, tensors.at(name).to(compute))) << name;
      });
    }
  }
}

TEST_F(Load, CanBeCancelledBeforeAnyTensor) {
  const Weights stored = weights(network_tensors(at::kFloat));
  int asked = 0;
  LoadOptions options;
  options.before_tensor = [&asked] {
    if (++asked == 3) throw Interrupted("enough");
  };
  EXPECT_THROW(load_into(network_, stored, {}, options), Interrupted);
  EXPECT_TRUE(network_.first.bias.value.defined());
  EXPECT_FALSE(network_.second.weight.value.defined());
}

TEST_F(Load, AStoredTensorOfTheComputeTypeIsNotCopied) {
  for (at::ScalarType stored : {at::kFloat, at::kBFloat16}) {
    Weights source = weights(network_tensors(stored));
    std::map<std::string, const void*> read;
    source.observe_reads([&](const std::string& name, const TensorInfo&, const void* data, size_t) {
      read[name] = data;
    });
    load_into(network_, source, {}, {.dtype = at::kFloat});
    network_.visit([&](const std::string& name, Parameter& parameter) {
      EXPECT_EQ(parameter.value.data_ptr() == read.at(name), stored == at::kFloat) << name;
    });
  }
}

TEST_F(Load, PrefixAndIgnoredKeys) {
  auto tensors = network_tensors(at::kFloat, "net.");
  tensors["net.position_ids"] = at::zeros({1}, at::kLong);
  tensors["other.weight"] = at::zeros({1});
  const Weights source = weights(tensors);
  expect_error(65, {"2 unexpected: \"net.position_ids\", \"other.weight\""},
               [&] { check_weights(network_, source, {.prefix = "net.", .ignore = {}}); });
  KeyRules rules{.prefix = "net.",
                 .ignore = [](const std::string& key) { return key == "net.position_ids"; }};
  expect_error(65, {"1 unexpected: \"other.weight\""},
               [&] { check_weights(network_, source, rules); });
  rules.only_prefix = true;
  EXPECT_NO_THROW(load_into(network_, source, rules, {}));
  Linear second(4, 2);
  KeyRules block{.prefix = "net.second.", .ignore = {}, .only_prefix = true};
  EXPECT_NO_THROW(load_into(second, source, block, {}));
  EXPECT_TRUE(at::equal(second.weight.value, tensors.at("net.second.weight")));
}

TEST_F(Load, OneErrorNamesEveryKindOfMismatch) {
  auto tensors = network_tensors(at::kFloat);
  tensors.erase("first.bias");
  tensors["extra"] = at::zeros({1});
  tensors["first.weight"] = at::zeros({3, 2});
  tensors["second.bias"] = at::zeros({4}, at::kLong);
  const Weights source = weights(tensors);
  expect_error(65,
               {folder_.path(), "1 missing: \"first.bias\"", "1 unexpected: \"extra\"",
                "1 of the wrong shape: \"first.weight\" is [3, 2], expected [2, 3]",
                "1 of the wrong type: \"second.bias\" is I64, expected a floating-point type"},
               [&] { load_into(network_, source, {}, {}); });
  network_.visit(
      [](const std::string& name, Parameter& p) { EXPECT_FALSE(p.value.defined()) << name; });
}

TEST_F(Load, EveryTypeThatIsNotFloatingIsWrong) {
  for (at::ScalarType type : {at::kLong, at::kInt, at::kByte, at::kBool}) {
    auto tensors = network_tensors(at::kFloat);
    tensors["first.bias"] = at::zeros({2}, type);
    const Weights source = weights(tensors);
    expect_error(65, {"1 of the wrong type: \"first.bias\""},
                 [&] { check_weights(network_, source); });
  }
}

TEST_F(Load, NamesFiveAndCountsTheRest) {
  auto tensors = network_tensors(at::kFloat);
  for (int i = 0; i < 12; ++i) tensors["x" + std::to_string(10 + i)] = at::zeros({1});
  const Weights source = weights(tensors);
  expect_error(65, {"12 unexpected: \"x10\", \"x11\", \"x12\", \"x13\", \"x14\" and 7 more"},
               [&] { check_weights(network_, source); });
}

TEST_F(Load, ShapesOfOtherRankOrOrderAreWrong) {
  for (const std::vector<int64_t>& shape :
       std::vector<std::vector<int64_t>>{{6}, {3, 2}, {2, 3, 1}, {1, 2, 3}}) {
    auto tensors = network_tensors(at::kFloat);
    tensors["first.weight"] = at::zeros(shape);
    const Weights source = weights(tensors);
    expect_error(65, {"wrong shape", "expected [2, 3]"}, [&] { check_weights(network_, source); });
  }
}

}  // namespace
}  // namespace flowreel
