// How a long run talks to its caller: progress, notices to a person, and the wish to stop.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "errors/error.h"

namespace flowreel {

// Work done so far within one stage ("text", "encode", "sample", "decode"): `done` of `total`
// units.
struct Progress {
  std::string stage;
  int64_t done = 0;
  int64_t total = 0;
};

// Every member may be empty. Called from the thread that runs the stages.
struct Events {
  std::function<void(const Progress&)> progress;
  std::function<void(const std::string& text)> notice;  // one line: what was decided or cut off
  std::function<bool()> stop_requested;

  void report(const std::string& stage, int64_t done, int64_t total) const {
    if (progress) progress({stage, done, total});
  }
  void tell(const std::string& text) const {
    if (notice) notice(text);
  }
  // Interrupted when the caller wants to stop; called at least once per step, per tensor
  // that is read and per convolution of the autoencoder.
  void check_stop() const {
    if (stop_requested && stop_requested()) throw Interrupted("stopped on request");
  }
};

}  // namespace flowreel
