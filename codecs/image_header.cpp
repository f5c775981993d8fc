#include "codecs/image_header.h"

#include <cstring>
#include <string_view>

#include "errors/error.h"

namespace flowreel {
namespace {

// Reads numbers anywhere in the file; outside it, the file was cut.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size, const std::string& name)
      : data_(data), size_(size), name_(name) {}

  size_t size() const { return size_; }
  const std::string& name() const { return name_; }
  [[noreturn]] void fail_cut() const { throw DataError(name_ + " is cut short or damaged"); }

  uint64_t big(size_t at, int count) const {
    check(at, static_cast<size_t>(count));
    uint64_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 8 | data_[at + static_cast<size_t>(i)];
    return value;
  }
  uint64_t little(size_t at, int count) const {
    check(at, static_cast<size_t>(count));
    uint64_t value = 0;
    for (int i = count; i-- > 0;) value = value << 8 | data_[at + static_cast<size_t>(i)];
    return value;
  }
  bool has(size_t at, std::string_view text) const {
    return at <= size_ && text.size() <= size_ - at &&
           std::memcmp(data_ + at, text.data(), text.size()) == 0;
  }
  Bytes part(size_t at, size_t count) const {
    check(at, count);
    return {data_ + at, count, name_};
  }

 private:
  void check(size_t at, size_t count) const {
    if (at > size_ || count > size_ - at) fail_cut();
  }

  const uint8_t* data_;
  size_t size_;
  const std::string& name_;
};

// Tag 0x0112 of the first directory of a TIFF block (EXIF 2.3, 4.6.2); a strange block turns
// nothing.
int exif_orientation(const Bytes& tiff) {
  const bool little = tiff.has(0, "II");
  if (tiff.size() < 8 || (!little && !tiff.has(0, "MM"))) return 1;
  const auto number = [&](size_t at, int count) {
    return little ? tiff.little(at, count) : tiff.big(at, count);
  };
  const size_t directory = number(4, 4);
  if (directory > tiff.size() - 2) return 1;
  const uint64_t entries = number(directory, 2);
  for (uint64_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.size()) return 1;
    if (number(entry, 2) != 0x0112) continue;
    const uint64_t value = number(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

// PNG: length, type, data, CRC, until IEND.
void read_png(const Bytes& file, ImageHeader& header) {
  size_t at = 8;
  bool first = true, pixels = false;
  while (true) {
    const uint64_t length = file.big(at, 4);
    if (first && !file.has(at + 4, "IHDR")) file.fail_cut();
    const Bytes chunk = file.part(at + 8, length);
    if (first) {
      header.width = static_cast<int64_t>(chunk.big(0, 4));
      header.height = static_cast<int64_t>(chunk.big(4, 4));
    }
    if (file.has(at + 4, "IDAT")) pixels = true;
    if (file.has(at + 4, "eXIf")) header.orientation = exif_orientation(chunk);
    file.big(at + 8 + length, 4);  // the CRC is there; the decoder checks it
    if (file.has(at + 4, "IEND")) break;
    first = false;
    at += 12 + length;
  }
  if (!pixels) file.fail_cut();
}

bool is_frame_header(uint64_t marker) {  // SOF0 to SOF15 without DHT, JPG and DAC
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

// Entropy-coded data ends at a marker that is neither a stuffed zero nor a restart.
size_t skip_scan(const Bytes& file, size_t at) {
  for (;; ++at) {
    if (file.big(at, 1) != 0xFF) continue;
    const uint64_t next = file.big(at + 1, 1);
    if (next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7)) return at;
  }
}

// JPEG (ITU T.81, annex B): marker segments and scans, until EOI.
void read_jpeg(const Bytes& file, ImageHeader& header) {
  size_t at = 2;
  bool pixels = false;
  while (true) {
    if (file.big(at, 1) != 0xFF) file.fail_cut();
    const uint64_t marker = file.big(at + 1, 1);
    if (marker == 0xFF) {
      ++at;
      continue;
    }
    if (marker == 0xD9) break;
    const uint64_t length = file.big(at + 2, 2);
    if (length < 2) file.fail_cut();
    const Bytes segment = file.part(at + 4, length - 2);
    if (marker == 0xE1 && segment.has(0, std::string_view("Exif\0\0", 6))) {
      header.orientation = exif_orientation(segment.part(6, segment.size() - 6));
    }
    if (is_frame_header(marker)) {
      header.height = static_cast<int64_t>(segment.big(1, 2));
      header.width = static_cast<int64_t>(segment.big(3, 2));
      if (segment.big(5, 1) == 4)
        throw DataError(file.name() + " is a CMYK image; expected RGB or grey");
    }
    at += 2 + length;
    if (marker == 0xDA) {
      pixels = true;
      at = skip_scan(file, at);
    }
  }
  if (!pixels) file.fail_cut();
}

void read_webp(const Bytes& file) {
  if (file.little(4, 4) + 8 > file.size()) file.fail_cut();
}

}  // namespace

ImageHeader read_image_header(const std::vector<uint8_t>& data, const std::string& name,
                              int64_t max_pixels) {
  const Bytes file(data.data(), data.size(), name);
  ImageHeader header;
  if (file.has(0, "\x89PNG\r\n\x1a\n")) {
    header.kind = ImageKind::Png;
    read_png(file, header);
  } else if (file.has(0, "\xFF\xD8\xFF")) {
    header.kind = ImageKind::Jpeg;
    read_jpeg(file, header);
  } else if (file.has(0, "RIFF") && file.has(8, "WEBP")) {
    header.kind = ImageKind::WebP;
    read_webp(file);
    return header;
  } else {
    throw DataError(name + " is not an image of a known kind: expected PNG, JPEG or WebP");
  }
  const bool sized = header.width > 0 && header.height > 0;
  if (!sized || header.width > max_pixels / header.height) {
    throw DataError(name + " is " + std::to_string(header.width) + "x" +
                    std::to_string(header.height) + "; expected at least one and at most " +
                    std::to_string(max_pixels) + " pixels");
  }
  return header;
}

}  // namespace flowreel
