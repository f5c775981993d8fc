#include "codecs/container_end.h"

#include <algorithm>
#include <array>
#include <optional>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

// Up to 16 bytes at an offset, as big-endian numbers; what lies behind the end reads as nothing.
class Window {
 public:
  Window(const InputFile& file, uint64_t at)
      : size_(at < file.size() ? std::min<uint64_t>(bytes_.size(), file.size() - at) : 0) {
    file.read(bytes_.data(), size_, at);
  }
  std::optional<uint64_t> number(size_t at, size_t count) const {
    if (at + count > size_) return std::nullopt;
    uint64_t value = 0;
    for (size_t i = 0; i < count; ++i) value = value << 8 | bytes_[at + i];
    return value;
  }

 private:
  std::array<uint8_t, 16> bytes_{};
  size_t size_ = 0;
};

// An EBML number (RFC 8794, 4): its length is in the leading zeros of the first byte.
struct EbmlNumber {
  size_t length;
  uint64_t value;
  bool unknown;  // all ones: an element that goes on until something else begins
};

std::optional<EbmlNumber> ebml_number(const Window& window, size_t at) {
  const auto first = window.number(at, 1);
  if (!first || *first == 0) return std::nullopt;
  size_t length = 1;
  while (!(*first & (0x80u >> (length - 1)))) ++length;
  const auto all = window.number(at, length);
  if (!all) return std::nullopt;
  const uint64_t mask = (uint64_t{1} << (7 * length)) - 1;
  return EbmlNumber{length, *all & mask, (*all & mask) == mask};
}

// ISO/IEC 14496-12, 4.2: size, type, and a long size when the short one is 1; 0 means to the end of
// the file.
bool mov_is_whole(const InputFile& file) {
  uint64_t at = 0;
  while (at + 8 <= file.size()) {
    const Window window(file, at);
    uint64_t size = window.number(0, 4).value_or(0);
    if (size == 1) size = window.number(8, 8).value_or(UINT64_MAX);
    if (size == 0) return true;
    if (size < 8 || size > file.size() - at) return false;
    at += size;
  }
  return at == file.size();
}

// The EBML header, then segments.
bool matroska_is_whole(const InputFile& file) {
  uint64_t at = 0;
  while (at < file.size()) {
    const Window window(file, at);
    const auto id = ebml_number(window, 0);
    const auto size = id ? ebml_number(window, id->length) : std::nullopt;
    if (!size) return false;
    if (size->unknown) return true;
    at += id->length + size->length;
    if (size->value > file.size() - at) return false;
    at += size->value;
  }
  return true;
}

// GIF89a: screen, colour table, then extensions (0x21) and images (0x2C), each with sub-blocks,
// then the trailer (0x3B).
bool gif_is_whole(const InputFile& file) {
  const auto byte = [&](uint64_t at) { return Window(file, at).number(0, 1); };
  const auto table_bytes = [](uint64_t flags) {
    return flags & 0x80 ? uint64_t{3} << ((flags & 7) + 1) : 0;
  };
  uint64_t at = 13 + table_bytes(byte(10).value_or(0));
  while (const auto kind = byte(at)) {
    if (*kind == 0x3B) return true;
    if (*kind == 0x21) {
      at += 2;
    } else if (*kind == 0x2C) {
      at += 11 + table_bytes(byte(at + 9).value_or(0));
    } else {
      return false;
    }
    for (uint64_t block = 1; block != 0; at += 1 + block) block = byte(at).value_or(0);
  }
  return false;
}

}  // namespace

void check_container_end(const InputFile& file, const std::string& container) {
  const bool whole = container == "gif"                    ? gif_is_whole(file)
                     : container.rfind("matroska", 0) == 0 ? matroska_is_whole(file)
                                                           : mov_is_whole(file);
  if (!whole)
    throw DataError(quote(file.path()) +
                    " is cut short or damaged: it ends before its own outline does");
}

}  // namespace flowreel
