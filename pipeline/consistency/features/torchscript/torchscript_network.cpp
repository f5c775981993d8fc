#include "pipeline/consistency/features/torchscript/torchscript_network.h"

#include <c10/core/InferenceMode.h>
#include <caffe2/serialize/read_adapter_interface.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <string>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

constexpr size_t kMostShown = 200;

// The archive where it lies, so that what was hashed is what is loaded.
class Bytes : public caffe2::serialize::ReadAdapterInterface {
 public:
  explicit Bytes(const std::vector<uint8_t>& bytes) : bytes_(bytes) {}

  size_t size() const override { return bytes_.size(); }

  size_t read(uint64_t place, void* to, size_t count, const char*) const override {
    if (place >= bytes_.size()) return 0;
    const size_t there = std::min(count, bytes_.size() - static_cast<size_t>(place));
    std::memcpy(to, bytes_.data() + place, there);
    return there;
  }

 private:
  const std::vector<uint8_t>& bytes_;
};

// LibTorch's texts are pages with stack traces. The interpreter's own end in the line that says
// what happened; those of LibTorch begin with it.
std::string in_one_line(const std::exception& error) {
  if (const auto* ours = dynamic_cast<const c10::Error*>(&error)) {
    const std::string text = ours->what_without_backtrace();
    return quote(text.substr(0, text.find('\n')), kMostShown);
  }
  std::string text = error.what();
  text.erase(text.find_last_not_of(" \n") + 1);
  return quote(text.substr(text.rfind('\n') + 1), kMostShown);
}

class TorchscriptNetwork {
 public:
  explicit TorchscriptNetwork(const std::vector<uint8_t>& bytes)
      : module_(torch::jit::load(std::make_shared<Bytes>(bytes), c10::kCPU,
                                 /*load_debug_files=*/false)) {
    module_.eval();
  }

  at::Tensor run(const std::vector<at::Tensor>& inputs) {
    // A program may keep things in its attributes, and nobody says that it guards them.
    const std::lock_guard lock(mutex_);
    const c10::InferenceMode inference;
    const torch::jit::GraphOptimizerEnabledGuard as_it_is(false);
    const c10::IValue answer =
        module_.forward(std::vector<c10::IValue>(inputs.begin(), inputs.end()));
    if (!answer.isTensor())
      throw DataError("it answers with a " + answer.tagKind() + ", expected a tensor");
    return answer.toTensor();
  }

 private:
  std::mutex mutex_;
  torch::jit::Module module_;
};

// f(), whose errors are told in one line.
template <class F>
auto told_in_one_line(F f) {
  try {
    return f();
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    throw DataError(in_one_line(error));
  }
}

FeatureNetwork load(const std::vector<uint8_t>& bytes) {
  std::shared_ptr<TorchscriptNetwork> network;
  try {
    network = told_in_one_line([&] { return std::make_shared<TorchscriptNetwork>(bytes); });
  } catch (const DataError& error) {
    throw DataError("expected a TorchScript archive; LibTorch says " + std::string(error.what()));
  }
  return [network](const std::vector<at::Tensor>& inputs) {
    return told_in_one_line([&] { return network->run(inputs); });
  };
}

}  // namespace

NetworkLoader torchscript_loader() { return load; }

}  // namespace flowreel
