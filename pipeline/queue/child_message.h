// What a worker and the child that computes for it say to each other: one JSON object a line.
#pragma once

#include <cstdint>
#include <string>

namespace flowreel {

struct ChildMessage {
  enum class Kind {
    // to the child
    kRun,      // text: the job file; number: the claim's token
    kPublish,  // number: whether it may, 1 or 0
    // from the child
    kProgress,  // text: the stage; number of total
    kTick,      // it is at work
    kNotice,    // text
    kMayI,      // all is written: may it be published?
    kDone,      // text: the SHA-256 of the manifest; number: 1 if it was there already
    kFailed,    // number: the exit code; text: the error
  } kind = Kind::kTick;
  std::string text = "";
  int64_t number = 0, total = 0;
};

// One line, without its end; text that is not UTF-8 is replaced.
std::string to_line(const ChildMessage& message);

// DataError for what is no such line.
ChildMessage parse_child_line(const std::string& line);

}  // namespace flowreel
