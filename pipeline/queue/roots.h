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
// PathError (77) for one that is absolute, no local file, too long a name, or leads out of its root
// or through a link of the kernel's, and where there is no root; MissingInputError when nothing is
// there. Nothing is opened for reading. Links within a root are followed. What the paths lead to
// may be exchanged afterwards: who opens them is confined by confine_reading() of files/place.h.
void resolve_within(const Roots& roots, Job& job);

}  // namespace flowreel
