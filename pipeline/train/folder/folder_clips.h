// A folder of clips with captions as data sets of training and validation.
#pragma once

#include "pipeline/train/plan.h"

namespace flowreel {

// A ClipSetsMaker. Reads FOLDER/captions.jsonl and decodes every clip once, to the end: all errors
// of the folder are found here, and each names the file, the line, the value and what was expected.
// A clip longer than `frames` gives several windows (windows.h), which share its caption and its
// side of the split (validation_split.h). Windows are held as uint8 up to memory_gib of FolderData;
// one beyond that is decoded again whenever it is asked for, and a DataError then says when its
// clip has changed. Notices: how many clips there are, and clips without a caption.
//
// Errors as read_captions, read of clips, and the tokenizer; DataError: a clip shorter than
// `frames`, fewer than two clips; Interrupted: a stop was requested.
ClipSets folder_clips(const DataOptions& data, at::Device device, const CaptionTokenizer& tokenizer,
                      const TrainingEvents& events);

}  // namespace flowreel
