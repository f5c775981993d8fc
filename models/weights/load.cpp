#include "models/weights/load.h"

#include <c10/util/Exception.h>

#include <set>
#include <string_view>
#include <vector>

#include "errors/error.h"
#include "errors/quote.h"
#include "models/weights/shape_text.h"
#include "models/weights/stored_type.h"

namespace flowreel {
namespace {

// One kind of mismatch: the first few are named, the rest counted.
class Complaints {
 public:
  explicit Complaints(std::string kind) : kind_(std::move(kind)) {}

  void add(const std::string& key, const std::string& detail = "") {
    if (++count_ > kNamed) return;
    named_ += (named_.empty() ? "" : ", ") + quote(key) + detail;
  }

  void append_to(std::string& text) const {
    if (count_ == 0) return;
    text += (text.empty() ? "" : "; ") + std::to_string(count_) + " " + kind_ + ": " + named_;
    if (count_ > kNamed) text += " and " + std::to_string(count_ - kNamed) + " more";
  }

 private:
  static constexpr size_t kNamed = 5;
  std::string kind_;
  std::string named_;
  size_t count_ = 0;
};

bool is_out_of_memory(const c10::Error& error) {
  const std::string_view text = error.what_without_backtrace();
  return dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
         text.find("allocate memory") != std::string_view::npos ||
         text.find("not enough memory") != std::string_view::npos;
}

at::Tensor converted(at::Tensor stored, const std::string& where, const LoadOptions& options) {
  try {
    return stored.to(options.device, options.dtype);
  } catch (const c10::Error& e) {
    if (!is_out_of_memory(e)) throw;
    throw MemoryError(where + ": no memory on " + options.device.str() + " for its " +
                      std::to_string(stored.numel()) + " values");
  }
}

}  // namespace

void check_weights(Module& module, const Weights& weights, const KeyRules& rules) {
  Complaints missing("missing"), unexpected("unexpected");
  Complaints shape("of the wrong shape"), type("of the wrong type");
  std::set<std::string> wanted;
  module.visit([&](const std::string& name, Parameter& parameter) {
    const std::string key = rules.prefix + name;
    wanted.insert(key);
    if (!weights.contains(key)) {
      missing.add(key);
      return;
    }
    const TensorInfo& info = weights.info(key);
    if (info.shape != parameter.shape) {
      shape.add(key, " is " + shape_text(info.shape) + ", expected " + shape_text(parameter.shape));
    }
    if (!at::isFloatingType(info.dtype)) {
      type.add(key, " is " + stored_name(info.dtype) + ", expected a floating-point type");
    }
  });
  for (const std::string& key : weights.names()) {
    const bool concerns_us = !rules.only_prefix || key.starts_with(rules.prefix);
    if (!concerns_us || wanted.count(key) != 0 || (rules.ignore && rules.ignore(key))) continue;
    unexpected.add(key);
  }
  std::string problems;
  for (const Complaints* kind : {&missing, &unexpected, &shape, &type}) kind->append_to(problems);
  if (!problems.empty()) {
    throw DataError(weights.path() + ": weights do not fit the network: " + problems);
  }
}

void load_into(Module& module, const Weights& weights, const KeyRules& rules,
               const LoadOptions& options) {
  check_weights(module, weights, rules);
  module.visit([&](const std::string& name, Parameter& parameter) {
    if (options.before_tensor) options.before_tensor();
    const std::string key = rules.prefix + name;
    const std::string where = weights.path() + ": tensor " + quote(key);
    parameter.value = converted(weights.read(key), where, options);
  });
}

}  // namespace flowreel
