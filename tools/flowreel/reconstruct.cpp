#include <cstdio>

#include "errors/error.h"
#include "pipeline/consistency/fidelity.h"
#include "pipeline/generate/generate.h"
#include "tools/flowreel/arguments.h"
#include "tools/flowreel/commands.h"
#include "tools/flowreel/progress.h"

namespace flowreel {
namespace {

struct ReconstructArguments {
  ReconstructOptions options;
  SharedText text;
};

void run(ReconstructArguments& a) {
  a.options.vae = parse_vae(a.text);
  if (a.options.model.empty()) a.options.model = bundled_model();
  if (a.options.model.empty())
    throw UsageError("--model is missing; expected a diffusers pipeline directory");
  ProgressPrinter printer(parse_progress(a.text.progress));
  FidelityMean fidelity;
  reconstruct(a.options, printer.events(),
              [&](const at::Tensor& original, const at::Tensor& decoded) {
                fidelity.add(original, decoded);
              });
  printer.finish(a.options.output.path);
  std::fprintf(stderr, "flowreel: PSNR %.2f dB, SSIM %.4f over %lld frames\n", fidelity.psnr(),
               fidelity.ssim(), static_cast<long long>(fidelity.frames()));
}

}  // namespace

void add_reconstruct(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand(
      "reconstruct", "Clip to latents to clip: what the autoencoder alone costs");
  const auto arguments = std::make_shared<ReconstructArguments>();
  command->add_option("-m,--model", arguments->options.model, "diffusers pipeline directory")
      ->check(not_empty());
  command->add_option("-i,--input", arguments->options.input, "clip or folder of images")
      ->required()
      ->check(not_empty());
  add_size_options(*command, arguments->options.size);
  add_vae_options(*command, arguments->text);
  add_compute_options(*command, arguments->options.compute);
  add_output_options(*command, arguments->options.output, arguments->text);
  command->footer(
      "Example:\n  flowreel reconstruct --model HunyuanVideo --input in.mp4 --num-frames 33 -o "
      "out.mp4");
  command->callback([arguments, &chosen] { chosen = [arguments] { run(*arguments); }; });
}

}  // namespace flowreel
