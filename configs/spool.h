// The queue as a folder: a job file that is put into its inbox is submitted.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "configs/submission.h"

namespace flowreel {

// What became of one file of the inbox.
struct Ingested {
  std::string file;                // its name there
  std::string moved_to;            // "accepted/shot.json", "rejected/shot.2.json"
  std::vector<SubmittedJob> jobs;  // of an accepted one
  int code = 0;                    // of a rejected one: the exit code of its error
  std::string message;             // and its text
};

// A folder with inbox/, accepted/ and rejected/, made where they are missing. Producers write a
// file beside the inbox, or in it under a name that begins with "." or ends in ".tmp", and rename
// it to NAME.json or NAME.jsonl when it is whole. Several processes may ingest one spool.
class Spool {
 public:
  // OutputError: a folder cannot be made; PathError: no name of a folder.
  explicit Spool(const std::string& folder);

  using Report = std::function<void(const Ingested&)>;

  // Takes each *.json and *.jsonl of the inbox, in the order of their names: a regular file of at
  // most 1 MiB whose jobs are all in order is submitted, with the jobs' ids as keys, and moved to
  // accepted/; all else is moved to rejected/, as it is, with NAME.error.json beside it ("file",
  // "code", "message"). Links, pipes and folders are rejected unopened. A name that is taken there
  // gets a number. A file that was submitted but not moved gives the same jobs the next time.
  // Returns how many files were moved; `report` hears of each.
  //
  // Errors of the store, and IoError and OutputError for what cannot be read or moved: the file
  // stays in the inbox. Of the latter two, the first is thrown once all others have been taken.
  int ingest(JobStore& store, const Report& report = {}) const;

 private:
  std::string folder_;
};

}  // namespace flowreel
