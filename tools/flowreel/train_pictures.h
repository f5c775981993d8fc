// What a person looks at while a model trains: the loss curve and sample clips.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace flowreel {

// FOLDER/loss.png from FOLDER/loss.csv: the total, of training and of validation. Nothing when
// there is no such file or no point in it. A build without codecs draws nothing.
void draw_loss(const std::string& folder);

// FOLDER/samples/step_000001000.mp4, the clips [n,3,F,H,W] in [-1,1] side by side, and their
// captions beside it as text. A build without codecs writes nothing.
void write_samples(const std::string& folder, int64_t step, const at::Tensor& clips,
                   const std::vector<std::string>& captions);

}  // namespace flowreel
