#include "pipeline/generate/memory_budget.h"

#include <algorithm>
#include <cmath>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/generate/available_memory.h"
#include "pipeline/generate/text.h"

namespace flowreel {
namespace {

// Resident after a run of the smallest model: LibTorch, FFmpeg and OpenCV.
constexpr uint64_t kProgramBytes = uint64_t{170} << 20;
constexpr double kGiB = 1 << 30;

uint64_t weights_bytes(Module& module, at::ScalarType type) {
  return static_cast<uint64_t>(module.parameter_count()) * c10::elementSize(type);
}

// Bytes of all pixels of a clip at one byte for each value.
uint64_t pixels(const ClipSize& size) {
  return static_cast<uint64_t>(size.width * size.height * size.frames * 3);
}

StageNeed text_need(const ModelDirectory& model, const ComputePlan& plan) {
  const auto llama = model.build_text_encoder();
  const auto clip = model.build_text_encoder_2();
  const uint64_t weights = weights_bytes(*llama, plan.text) + weights_bytes(*clip, plan.text);
  return {"text", weights, text_bytes(llama->config(), c10::elementSize(plan.text))};
}

StageNeed encode_need(const ModelDirectory& model, HunyuanVae::Part part, const ClipSize& size,
                      const RunRecord& record) {
  const auto vae = model.build_vae(part);
  const uint64_t bytes = c10::elementSize(record.plan.vae);
  return {"encode", weights_bytes(*vae, record.plan.vae),
          encode_bytes(vae->config(), size, record.tiling, bytes)};
}

StageNeed sample_need(const ModelDirectory& model, const RunRecord& record) {
  const auto transformer = model.build_transformer();
  const at::ScalarType type = record.plan.transformer;
  return {"sample", weights_bytes(*transformer, type),
          transformer_bytes(*transformer, model.vae_config(), record.size, c10::elementSize(type))};
}

StageNeed decode_need(const ModelDirectory& model, HunyuanVae::Part part,
                      const OutputOptions& output, const RunRecord& record) {
  const auto vae = model.build_vae(part);
  const uint64_t bytes = c10::elementSize(record.plan.vae);
  const uint64_t work = decode_bytes(vae->config(), record.size, record.tiling, bytes);
  // Dumped frames are collected in float32, then joined.
  const uint64_t dumped = output.dump_tensors.empty() ? 0 : 8 * pixels(record.size);
  return {"decode", weights_bytes(*vae, record.plan.vae), work + dumped};
}

const StageNeed& largest(const std::vector<StageNeed>& needs) {
  return *std::max_element(needs.begin(), needs.end(), [](const StageNeed& a, const StageNeed& b) {
    return a.weights + a.work < b.weights + b.work;
  });
}

}  // namespace

std::vector<StageNeed> stage_needs(const ModelDirectory& model, const GenerateOptions& options,
                                   const RunRecord& record) {
  std::vector<StageNeed> needs;
  if (options.from_latents.empty()) {
    needs.push_back(text_need(model, record.plan));
    // Read before the text encoders, to be refused before them if need be.
    if (!options.input.empty()) needs.back().work += pixels(record.size);
    ClipSize encoded = record.size;
    if (!options.first_frame.empty()) encoded.frames = 1;
    if (!options.input.empty() || !options.first_frame.empty())
      needs.push_back(encode_need(model, HunyuanVae::Part::kEncoder, encoded, record));
    needs.push_back(sample_need(model, record));
  }
  needs.push_back(decode_need(model, HunyuanVae::Part::kDecoder, options.output, record));
  return needs;
}

std::vector<StageNeed> stage_needs(const ModelDirectory& model, const ReconstructOptions& options,
                                   const RunRecord& record) {
  constexpr auto kBoth = HunyuanVae::Part::kBoth;
  std::vector<StageNeed> needs{encode_need(model, kBoth, record.size, record),
                               decode_need(model, kBoth, options.output, record)};
  needs.back().work += pixels(record.size);  // the input stays for comparison
  return needs;
}

uint64_t run_bytes(const std::vector<StageNeed>& needs, at::Device device) {
  const StageNeed& most = largest(needs);
  return most.weights + most.work + (device.is_cpu() ? kProgramBytes : 0);
}

bool fits_whole(const std::vector<StageNeed>& needs, at::Device device) {
  const std::optional<uint64_t> available = available_bytes(device);
  uint64_t weights = 0, work = 0;
  for (const StageNeed& need : needs) {
    weights += need.weights;
    work = std::max(work, need.work);
  }
  return available && weights + work <= *available / 2;
}

void check_memory(const std::vector<StageNeed>& needs, const ComputeOptions& options,
                  at::Device device) {
  const std::optional<double>& given = options.max_memory_gib;
  if (given && !(*given >= 0 && *given <= 1e6)) {
    throw UsageError("--max-memory is " + number_text(*given) +
                     ", expected GiB: 0 (no check) to 1000000");
  }
  if (given && *given == 0) return;
  const std::optional<uint64_t> budget =
      given ? static_cast<uint64_t>(std::llround(*given * kGiB)) : available_bytes(device);
  const uint64_t needed = run_bytes(needs, device);
  if (!budget || needed <= *budget) return;
  const StageNeed& most = largest(needs);
  const bool tiles_help = most.stage == "encode" || most.stage == "decode";
  throw MemoryError("this run needs about " + human_bytes(needed) + " of memory (stage \"" +
                    most.stage + "\": " + human_bytes(most.weights) + " of weights and " +
                    human_bytes(most.work) + " to work), but " +
                    (given ? "--max-memory allows " + human_bytes(*budget)
                           : human_bytes(*budget) + " can be had") +
                    "; a smaller clip " + (tiles_help ? "or --vae-tiling on " : "") +
                    "needs less, --max-memory 0 starts it all the same");
}

}  // namespace flowreel
