// Training of the autoencoder: reconstruction of clips, with latents kept near a unit Gaussian.
#pragma once

#include "models/vae/hunyuan_vae.h"
#include "pipeline/train/objective.h"

namespace flowreel {

struct VaeObjectiveOptions {
  // The encoder, and so the scaling factor and the meaning of latents, stay as they are: what a
  // transformer has learnt of them stays true, unless `standardise` changes their scale.
  bool decoder_only = false;
  bool from_images = false;  // begins with inflate(), after a run on clips of one frame
  bool standardise = false;  // begins with standardise(): every channel of latents of variance 1
  // Noise that is added to latents beside the posterior's own, also in validation, so that the
  // decoder forgives a flow's errors: its standard deviation, in latents before scaling_factor.
  double latent_noise = 0;
  double l1 = 1.0;         // mean absolute difference of pixels in [-1,1]
  double gradients = 1.0;  // that of differences between neighbours in x, y and t, over scales
  double flicker = 0;      // mean absolute second difference in time of y - x: what comes and goes
  int64_t scales = 3;      // of the gradient term: 1, 1/2, 1/4 … of the size
  double kl = 1e-6;        // Kullback-Leibler divergence to N(0,1), summed per position (eq. 10 of
                           // Kingma & Welling, arXiv 1312.6114), averaged over positions
};

// Batches are clips [B,3,F,H,W] in [-1,1] that fit one tile; captions are not read. The latent is
// drawn from the posterior (Use::kLatent). Terms: l1, gradients, flicker, kl, psnr (of clamped
// frames, dB, peak 2), latent_std (of the posterior's mean). The autoencoder must outlive the
// objective.
Objective vae_objective(const HunyuanVae& vae, const VaeObjectiveOptions& options);

// Mean over scales of the mean absolute difference between the finite differences of a and b
// [B,C,F,H,W]: no weights, yet it sees blur and flicker that pixel differences forgive.
at::Tensor gradient_difference(const at::Tensor& a, const at::Tensor& b, int64_t scales);

// Mean of |e_t - (e_{t-1} + e_{t+1}) / 2| over frames and pixels, with e = a - b; 0 for fewer than
// three frames. An error that stays, or drifts evenly, costs nothing here; one that flickers does.
at::Tensor flicker_difference(const at::Tensor& a, const at::Tensor& b);

}  // namespace flowreel
