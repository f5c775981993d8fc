#include "models/weights/out_of_memory.h"

#include <c10/util/Exception.h>

#include <new>
#include <string>

#include "errors/error.h"

namespace flowreel {

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
      dynamic_cast<const MemoryError*>(&error) != nullptr ||
      dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr)
    return true;
  if (dynamic_cast<const c10::Error*>(&error) == nullptr) return false;
  const std::string text = error.what();
  return text.find("not enough memory") != std::string::npos ||
         text.find("can't allocate memory") != std::string::npos;
}

}  // namespace flowreel
