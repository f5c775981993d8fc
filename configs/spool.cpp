#include "configs/spool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "configs/job_list.h"
#include "errors/error.h"
#include "errors/quote.h"
#include "files/file.h"
#include "files/output_file.h"

namespace flowreel {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMaxBytes = 1 << 20;
constexpr size_t kLongestStem = 180;  // leaves room for numbers and endings

// Something in the inbox, as it was when it was looked at.
struct Entry {
  std::string name, path;
  struct stat status {};
};

// Nothing when it is gone.
std::optional<Entry> look(const std::string& inbox, const std::string& name) {
  Entry entry{name, inbox + "/" + name};
  if (::lstat(entry.path.c_str(), &entry.status) == 0) return entry;
  if (errno == ENOENT) return std::nullopt;
  throw IoError(quote(entry.path) + " cannot be looked at: " + errno_text(errno));
}

const char* kind_of(mode_t mode) {
  if (S_ISLNK(mode)) return "a symbolic link";
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  return S_ISSOCK(mode) ? "a socket" : "a device";
}

void check_plain(const Entry& entry) {
  if (!S_ISREG(entry.status.st_mode)) {
    throw PathError(quote(entry.name) + " is " + kind_of(entry.status.st_mode) +
                    "; expected a regular file");
  }
  if (entry.status.st_size <= kMaxBytes) return;
  throw DataError(quote(entry.name) + " has " + std::to_string(entry.status.st_size) +
                  " bytes; expected at most " + std::to_string(kMaxBytes));
}

void check_name(const std::string& name) {
  if (quote(name) == "\"" + name + "\"") return;
  throw PathError(quote(name) + " is no name for a job file; expected printable UTF-8");
}

// Of the file at the name itself. A lack of descriptors or memory is not its fault.
Fd open_plain(const Entry& entry) {
  Fd fd(::open(entry.path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (fd) return fd;
  const int error = errno;
  const std::string text = quote(entry.name) + " cannot be opened: " + errno_text(error);
  if (error == ENOENT || error == EACCES || error == EPERM || error == ELOOP || error == ENXIO)
    throw MissingInputError(text);
  throw IoError(text);
}

std::string read_text(Entry& entry) {
  check_name(entry.name);
  check_plain(entry);
  const Fd fd = open_plain(entry);
  if (::fstat(fd.get(), &entry.status) != 0)
    throw IoError(quote(entry.path) + " cannot be looked at: " + errno_text(errno));
  check_plain(entry);  // something else may have been put there
  std::string text(static_cast<size_t>(entry.status.st_size), '\0');
  size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t bytes = ::read(fd.get(), text.data() + filled, text.size() - filled);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) throw IoError(quote(entry.path) + " cannot be read: " + errno_text(errno));
    if (bytes == 0) break;
    filled += static_cast<size_t>(bytes);
  }
  text.resize(filled);
  return text;
}

bool is_there(const std::string& path) {
  struct stat ignored {};
  return ::lstat(path.c_str(), &ignored) == 0;
}

bool is_same(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

// Fit for the name of a file and short enough for endings.
std::string safe_stem(const std::string& stem) {
  std::string safe;
  for (size_t i = 0; i < stem.size();) {
    const size_t length = std::max<size_t>(utf8_length(stem, i), 1);
    const std::string character = stem.substr(i, length);
    if (safe.size() + length > kLongestStem) break;
    safe += quote(character) == "\"" + character + "\"" ? character : "_";
    i += length;
  }
  return safe;
}

// The name, "a.2.json" when "a.json" is taken, and so on.
std::string free_name(const std::string& folder, const std::string& name) {
  const size_t dot = name.rfind('.');
  const std::string stem = safe_stem(name.substr(0, dot)), ending = name.substr(dot);
  std::string free = stem + ending;
  for (int number = 2;; ++number) {
    const std::string path = folder + "/" + free;
    if (!is_there(path) && !is_there(path + ".error.json")) return free;
    free = stem + "." + std::to_string(number) + ending;
  }
}

std::string error_text(const Ingested& rejected) {
  const nlohmann::json json = {
      {"file", rejected.file}, {"code", rejected.code}, {"message", rejected.message}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// Under its new name, with the reason beside it; together or not at all.
void place(const Entry& entry, const std::string& path, const Ingested& result) {
  std::vector<StagedOutput> outputs = {{entry.path, path, /*overwrite=*/false}};
  std::optional<OutputFile> reason;
  if (result.code != 0) {
    reason.emplace(path + ".error.json", /*overwrite=*/false);
    const std::string text = error_text(result);
    reason->write(text.data(), text.size());
    outputs.push_back(reason->stage());
  }
  publish(outputs);
}

// Back into the inbox with what has taken the entry's name since it was read.
void put_back(const std::string& path, const Entry& entry) {
  const std::string inbox = fs::path(entry.path).parent_path().string();
  publish({{path, inbox + "/" + free_name(inbox, entry.name), /*overwrite=*/false}});
  ::unlink((path + ".error.json").c_str());
}

// False when it is not this entry that was moved: another process did it, or a producer has put
// something else in its place, which is for the next time.
bool settle(const Entry& entry, const std::string& spool, Ingested& result) {
  const std::string to = result.code == 0 ? "accepted" : "rejected";
  for (int tries = 1;; ++tries) {
    const std::string name = free_name(spool + "/" + to, entry.name);
    const std::string path = spool + "/" + to + "/" + name;
    try {
      place(entry, path, result);
    } catch (const OutputError&) {
      constexpr int kMostTries = 100;  // others have taken the name meanwhile
      if (!is_there(entry.path)) return false;
      if (tries == kMostTries) throw;
      continue;
    } catch (const IoError&) {
      if (!is_there(entry.path)) return false;
      throw;
    }
    struct stat moved {};
    if (::lstat(path.c_str(), &moved) == 0 && !is_same(moved, entry.status)) {
      put_back(path, entry);
      return false;
    }
    result.moved_to = to + "/" + name;
    return true;
  }
}

void refuse(Ingested& result, const Error& error) {
  result.code = error.exit_code();
  result.message = error.what();
}

std::vector<JobRequest> read_requests(Entry& entry, Ingested& result) {
  try {
    return job_requests(parse_jobs(read_text(entry), entry.name, {}));
  } catch (const IoError&) {
    throw;  // of the disk, not of the file
  } catch (const Error& error) {
    refuse(result, error);
  }
  return {};
}

// Nothing when it is gone.
std::optional<Ingested> take(JobStore& store, const std::string& spool, const std::string& name) {
  std::optional<Entry> entry = look(spool + "/inbox", name);
  if (!entry) return std::nullopt;
  Ingested result{.file = name, .moved_to = "", .jobs = {}, .code = 0, .message = ""};
  const std::vector<JobRequest> requests = read_requests(*entry, result);
  if (result.code == 0) {
    const std::string conflict = conflict_in(store, requests);
    if (!conflict.empty()) refuse(result, OutputError(conflict));
  }
  if (result.code == 0) result.jobs = submit_all(store, requests);
  if (!settle(*entry, spool, result)) return std::nullopt;
  return result;
}

bool is_wanted(const std::string& name) {
  return name[0] != '.' && (name.ends_with(".json") || name.ends_with(".jsonl"));
}

std::vector<std::string> names_in(const std::string& inbox) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(inbox, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (is_wanted(name)) names.push_back(name);
  }
  if (error) throw IoError(quote(inbox) + " cannot be listed: " + error.message());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Spool::Spool(const std::string& folder) : folder_(folder) {
  check_local_path(folder);
  for (const char* part : {"inbox", "accepted", "rejected"}) {
    const fs::path path = fs::path(folder) / part;
    std::error_code error;
    fs::create_directories(path, error);
    if (error || !fs::is_directory(path, error)) {
      throw OutputError("folder " + quote(path.string()) + " of the spool cannot be made: " +
                        (error ? error.message() : "something else has its name"));
    }
  }
}

int Spool::ingest(JobStore& store, const Report& report) const {
  int moved = 0;
  std::exception_ptr stuck;
  for (const std::string& name : names_in(folder_ + "/inbox")) {
    std::optional<Ingested> result;
    try {
      result = take(store, folder_, name);
    } catch (const IoError&) {
      if (!stuck) stuck = std::current_exception();
    } catch (const OutputError&) {
      if (!stuck) stuck = std::current_exception();
    }
    if (!result) continue;
    ++moved;
    if (report) report(*result);
  }
  if (stuck) std::rethrow_exception(stuck);
  return moved;
}

}  // namespace flowreel
