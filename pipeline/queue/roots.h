// Where the paths in a job of a queue may lead.
#pragma once

#include <string>

#include "pipeline/queue/job.h"

namespace flowreel {

// Folders of this machine; an empty one has nothing in it that a job may name.
struct Roots {
  std::string models, inputs;
};

// Makes a job's paths those of the machine: model.path within `models`, inputs within `inputs`.
// PathError (77) for one that is absolute, has "..", or leads out of its root or through a link of
// the kernel's, and where there is no root; MissingInputError when nothing is there. Nothing is
// opened for reading. Links within a root are followed.
void resolve_within(const Roots& roots, Job& job);

}  // namespace flowreel
