// Command-line options that several subcommands share, and the words they are spelt with.
#pragma once

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdint>
#include <string>

#include "pipeline/generate/options.h"

namespace flowreel {

// Options whose values need more than a conversion; resolved after parsing.
struct SharedText {
  std::string tiling = "off", progress = "auto";
  std::string tile, tile_stride;  // "WxHxF"
};

// What CLI11 reads more loosely: whole numbers in decimal digits between the limits, and numbers,
// with nothing before or after them. For CLI::Option::check().
CLI::Validator whole_number(int64_t low = INT64_MIN, int64_t high = INT64_MAX);
CLI::Validator number(double low = -HUGE_VAL);

// Refuses the empty text, which elsewhere stands for an option that is not given.
CLI::Validator not_empty();

void add_size_options(CLI::App& command, SizeOptions& size);
void add_compute_options(CLI::App& command, ComputeOptions& compute);
void add_vae_options(CLI::App& command, SharedText& text);
void add_output_options(CLI::App& command, OutputOptions& output, SharedText& text);

// --vae-tiling, --vae-tile and --vae-tile-stride into options. UsageError.
VaeOptions parse_vae(const SharedText& text);

// A u64; "-1" draws one from the operating system. UsageError.
uint64_t parse_seed(const std::string& text);

// "1,0.9,0.5" → numbers. UsageError.
std::vector<double> parse_numbers(const char* option, const std::string& text);

// The bundled model beside the program or in the source tree; empty when there is none.
std::string bundled_model();

}  // namespace flowreel
