// The scale of an autoencoder's latents, which is the scale of what a flow learns.
#pragma once

#include "models/vae/hunyuan_vae.h"

namespace flowreel {

// Of each channel of latents, [C] float64.
struct ChannelStatistics {
  at::Tensor mean, std;
};

// latents [B,C,T,h,w].
ChannelStatistics channel_statistics(const at::Tensor& latents);

// Changes what leaves the encoder, and what enters the decoder back again, so that latents of these
// statistics have mean 0 and variance 1 in every channel; what the two make of a clip together
// stays. The work is done by quant_conv and post_quant_conv, so the class knows nothing of it.
//
// One scaling factor for all is not enough where channels differ: those with little variance, the
// edges of what the others show coarsely, are then lost in noise until the last steps of a flow,
// and hardly weigh in its loss.
void standardise(HunyuanVae& vae, const ChannelStatistics& statistics);

}  // namespace flowreel
