// A network as a tree of named parameters. Loading, saving, counting and training all walk the same
// list, and a parameter knows its shape before it has a value: a module is built without memory and
// filled when it is needed.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flowreel {

// One weight. `value` is undefined until it is loaded (or initialised for training).
struct Parameter {
  std::vector<int64_t> shape;
  at::Tensor value;

  explicit Parameter(std::vector<int64_t> shape_) : shape(std::move(shape_)) {}
  int64_t numel() const {
    int64_t n = 1;
    for (int64_t size : shape) n *= size;
    return n;
  }
};

// Base of every layer and network. Names are the checkpoint's own (diffusers, transformers), joined
// with dots. Modules are registered by address, so they neither copy nor move; hold lists of them
// by unique_ptr.
class Module {
 public:
  using Visitor = std::function<void(const std::string& name, Parameter&)>;

  Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  virtual ~Module() = default;

  // Calls visitor for every parameter, depth first, in order of registration.
  void visit(const Visitor& visitor, const std::string& prefix = "") {
    for (auto& [name, parameter] : parameters_) visitor(prefix + name, *parameter);
    for (auto& [name, child] : children_) child->visit(visitor, prefix + name + ".");
  }

  // Number of scalars in all parameters, from their shapes alone.
  int64_t parameter_count() {
    int64_t count = 0;
    visit([&](const std::string&, Parameter& p) { count += p.numel(); });
    return count;
  }

 protected:
  void add(std::string_view name, Parameter& parameter) {
    parameters_.emplace_back(name, &parameter);
  }
  void add(std::string_view name, Module& child) { children_.emplace_back(name, &child); }

 private:
  std::vector<std::pair<std::string, Parameter*>> parameters_;
  std::vector<std::pair<std::string, Module*>> children_;
};

}  // namespace flowreel
