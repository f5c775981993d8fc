#include "tools/flowreel/train_pictures.h"

#include <ATen/ATen.h>

#include <cstdio>
#include <filesystem>

#include "codecs/image.h"
#include "codecs/plot.h"
#include "codecs/writer.h"
#include "errors/error.h"
#include "files/output_file.h"
#include "pipeline/generate/decode.h"
#include "pipeline/train/loss_log.h"

namespace flowreel {

void draw_loss(const std::string& folder) {
  const LossLog log(folder + "/loss.csv", INT64_MAX);
  Curve training{"training", {}}, validation{"validation", {}};
  for (const LossLog::Row& row : log.rows()) {
    if (row.name != "total") continue;
    Curve& curve = row.set == "train" ? training : validation;
    curve.points.emplace_back(static_cast<double>(row.step), row.value);
  }
  if (training.points.empty()) return;
  PlotOptions options;
  options.title = "loss";
  options.x_label = "step";
  write_png(folder + "/loss.png", plot_curves({training, validation}, options), /*overwrite=*/true);
}

void write_samples(const std::string& folder, int64_t step, const at::Tensor& clips,
                   const std::vector<std::string>& captions) {
  std::error_code error;
  std::filesystem::create_directories(folder + "/samples", error);
  char name[48];
  std::snprintf(name, sizeof name, "/samples/step_%09lld", static_cast<long long>(step));
  // [n,3,F,H,W] → [F,3,H,n·W] → [F,H,n·W,3]
  const at::Tensor frames = to_uint8_frames(clips.permute({2, 1, 3, 0, 4}).flatten(3, 4));
  WriterOptions options;
  options.width = static_cast<int>(frames.size(2));
  options.height = static_cast<int>(frames.size(1));
  options.overwrite = true;
  VideoWriter writer(folder + name + ".mp4", options);
  for (int64_t i = 0; i < frames.size(0); ++i) writer.write(frames[i]);
  writer.finish();
  std::string text;
  for (const std::string& caption : captions) text += caption + "\n";
  OutputFile file(folder + name + ".txt", /*overwrite=*/true);
  file.write(text.data(), text.size());
  file.commit();
}

}  // namespace flowreel
