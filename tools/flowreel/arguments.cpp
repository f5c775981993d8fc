#include "tools/flowreel/arguments.h"

#include <array>
#include <charconv>
#include <filesystem>
#include <random>

#include "errors/error.h"
#include "errors/quote.h"

namespace flowreel {
namespace {

constexpr int64_t kMaxThreads = 1024, kMaxEncoderThreads = 64, kMaxBitrate = 2'000'000'000;

template <typename T>
bool parse_whole(const std::string& text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

// What lies between the separators, also when that is nothing.
std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

// "256x256x16" → {256, 256, 16}.
std::array<int64_t, 3> parse_extent(const char* option, const std::string& text) {
  std::array<int64_t, 3> values{};
  const std::vector<std::string> parts = split(text, 'x');
  bool fits = parts.size() == values.size();
  for (size_t i = 0; fits && i < parts.size(); ++i) fits = parse_whole(parts[i], values[i]);
  if (fits) return values;
  throw UsageError(std::string(option) + " is \"" + text +
                   "\", expected WIDTHxHEIGHTxFRAMES, for example 256x256x16");
}

}  // namespace

CLI::Validator whole_number(int64_t low, int64_t high) {
  const auto check = [low, high](const std::string& text) -> std::string {
    int64_t value = 0;
    if (parse_whole(text, value) && value >= low && value <= high) return "";
    std::string expected = "expected a whole number";
    if (low != INT64_MIN)
      expected += " from " + std::to_string(low) + " to " + std::to_string(high);
    return "is \"" + text + "\", " + expected;
  };
  return CLI::Validator(check, "");
}

CLI::Validator number(double low) {
  const auto check = [low](const std::string& text) -> std::string {
    double value = 0;
    if (parse_whole(text, value) && !(value < low)) return "";
    return "is \"" + text + "\", expected a number" +
           (low > -HUGE_VAL ? " of at least " + number_text(low) : "");
  };
  return CLI::Validator(check, "");
}

CLI::Validator not_empty() {
  const auto check = [](const std::string& text) -> std::string {
    return text.empty() ? "is \"\", expected a name" : "";
  };
  return CLI::Validator(check, "");
}

void add_size_options(CLI::App& command, SizeOptions& size) {
  command
      .add_option("-W,--width", size.width,
                  "pixels, a multiple of 16 (--input's, else the model's, else 1280)")
      ->check(whole_number());
  command.add_option("-H,--height", size.height, "pixels, a multiple of 16 (likewise 720)")
      ->check(whole_number());
  command.add_option("--num-frames,--video-length", size.num_frames, "4k+1 (likewise 129)")
      ->check(whole_number());
  command.add_option("--fps", size.fps, "frames per second (likewise 24)")->check(number());
}

void add_compute_options(CLI::App& command, ComputeOptions& compute) {
  command.add_option("--device", compute.device, "auto | cpu | cuda | cuda:N (auto)");
  command.add_option("--dtype", compute.dtype, "auto | float32 | bfloat16 | float16 (auto)");
  command.add_option("--threads", compute.threads, "CPU threads; 0: one per core (0)")
      ->check(whole_number(0, kMaxThreads));
  const std::map<std::string, Determinism> kinds = {{"default", Determinism::kDefault},
                                                    {"strict", Determinism::kStrict}};
  command
      .add_option("--deterministic", compute.determinism,
                  "default | strict: the same frames for any number of threads (default)")
      ->transform(CLI::CheckedTransformer(kinds).description(""));
  command
      .add_option("--max-memory", compute.max_memory_gib,
                  "refuse a run that needs more GiB; default: what can be had; 0: never")
      ->check(number());
}

void add_vae_options(CLI::App& command, SharedText& text) {
  command.add_option("--vae-tiling", text.tiling,
                     "off | on | auto, by free memory: spatial tiles (off)");
  command.add_option("--vae-tile", text.tile, "tile, WxHxF pixels and frames (256x256x16)");
  command.add_option("--vae-tile-stride", text.tile_stride,
                     "from tile to tile, WxHxF (192x192x12)");
}

void add_output_options(CLI::App& command, OutputOptions& output, SharedText& text) {
  command.add_option("-o,--output", output.path, "the clip; its manifest is written beside it")
      ->required()
      ->check(not_empty());
  command.add_option("--codec", output.codec, "h264 | h265 | av1 | ffv1 | png (h264)");
  command
      .add_option("--crf", output.crf,
                  "constant quality, lower is better (h264 18, h265 20, av1 30)")
      ->check(number(0));
  command.add_option("--bitrate", output.bitrate, "bits per second, in place of --crf")
      ->check(whole_number(1, kMaxBitrate));
  command.add_option("--encoder-threads", output.encoder_threads, "part of the result's bytes (4)")
      ->check(whole_number(1, kMaxEncoderThreads));
  command.add_option("--frames-dir", output.frames_dir, "also write frame_00000.png … there")
      ->check(not_empty());
  command.add_option("--contact-sheet", output.contact_sheet, "also a PNG with twelve frames")
      ->check(not_empty());
  command
      .add_option("--dump-tensors", output.dump_tensors,
                  "write intermediate tensors to this folder")
      ->check(not_empty());
  command.add_flag("--overwrite", output.overwrite, "replace existing outputs");
  command.add_flag("--consistency", output.consistency,
                   "measure the frames before they are encoded; results in the manifest");
  command.add_flag("--allow-blank", output.allow_blank, "accept a clip of one colour");
  command.add_option("--progress", text.progress, "auto | plain | json | openjd | none (auto)");
}

VaeOptions parse_vae(const SharedText& text) {
  VaeOptions options;
  if (text.tiling == "on") {
    options.mode = TilingMode::kOn;
  } else if (text.tiling == "auto") {
    options.mode = TilingMode::kAuto;
  } else if (text.tiling != "off") {
    throw UsageError("--vae-tiling is \"" + text.tiling + "\", expected off, on or auto");
  }
  if (!text.tile.empty()) {
    const auto [w, h, f] = parse_extent("--vae-tile", text.tile);
    options.tiles.tile_width = w;
    options.tiles.tile_height = h;
    options.tiles.tile_frames = f;
  }
  if (!text.tile_stride.empty()) {
    const auto [w, h, f] = parse_extent("--vae-tile-stride", text.tile_stride);
    options.tiles.stride_width = w;
    options.tiles.stride_height = h;
    options.tiles.stride_frames = f;
  }
  return options;
}

uint64_t parse_seed(const std::string& text) {
  if (text == "-1") {
    std::random_device device;
    return (static_cast<uint64_t>(device()) << 32) | device();
  }
  uint64_t seed = 0;
  if (parse_whole(text, seed)) return seed;
  throw UsageError("--seed is \"" + text +
                   "\", expected 0 to 18446744073709551615, or -1 for a random one");
}

std::vector<double> parse_numbers(const char* option, const std::string& text) {
  std::vector<double> numbers;
  for (const std::string& part : split(text, ',')) {
    const size_t first = part.find_first_not_of(' ');
    double value = 0;
    if (first == std::string::npos || !parse_whole(part.substr(first), value)) {
      throw UsageError(std::string(option) + " is \"" + text +
                       "\", expected numbers with commas between them");
    }
    numbers.push_back(value);
  }
  return numbers;
}

std::string bundled_model() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  for (std::filesystem::path folder = program.parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    const std::filesystem::path model = folder / "models" / "pretrained" / "shapes";
    if (std::filesystem::exists(model / "model_index.json", error)) return model.string();
  }
  return "";
}

}  // namespace flowreel
