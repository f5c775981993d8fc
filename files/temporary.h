// Names for what is not whole yet, and a way to be rid of them however the program ends.
#pragma once

#include <cstddef>
#include <string>

namespace flowreel {

// A name beside path that nobody uses: hidden, with 64 random bits.
std::string temporary_name(const std::string& path);

// Owns whatever lies under a temporary name, a file or a folder: removes it when it goes. As long
// as it lives, remove_temporaries() knows the name.
class TemporaryPath {
 public:
  explicit TemporaryPath(const std::string& path);  // ".NAME.<random>.tmp" in the folder of path
  // ".NAME.TAG.tmp", for a name that others must find; there may be something under it.
  TemporaryPath(const std::string& path, const std::string& tag);
  TemporaryPath(const TemporaryPath&) = delete;
  TemporaryPath& operator=(const TemporaryPath&) = delete;
  ~TemporaryPath();

  const std::string& name() const { return name_; }

 private:
  std::string name_;
  size_t slot_;
};

// As long as one lives, temporary names may hold what is worth keeping: remove_temporaries() then
// removes nothing.
class KeepTemporaries {
 public:
  KeepTemporaries();
  KeepTemporaries(const KeepTemporaries&) = delete;
  KeepTemporaries& operator=(const KeepTemporaries&) = delete;
  ~KeepTemporaries();
};

// Removes what every living TemporaryPath owns; false when a KeepTemporaries forbids it.
// Async-signal-safe: for a handler that ends the process at once.
bool remove_temporaries() noexcept;

}  // namespace flowreel
