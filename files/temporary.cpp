#include "files/temporary.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>

namespace flowreel {
namespace {

// A signal handler may neither allocate nor lock, so the names lie in a table of fixed size; a run
// has a handful at a time. What finds no room is removed by its owner only.
constexpr size_t kSlots = 32;
enum SlotState : int { kFree, kTaken, kReady };

struct Slot {
  std::atomic<int> state{kFree};
  char name[PATH_MAX];
};
std::array<Slot, kSlots> slots;
std::atomic<int> keepers{0};

size_t take_slot(const std::string& name) {
  if (name.size() >= PATH_MAX) return kSlots;
  for (size_t i = 0; i < kSlots; ++i) {
    int expected = kFree;
    if (!slots[i].state.compare_exchange_strong(expected, kTaken)) continue;
    std::memcpy(slots[i].name, name.c_str(), name.size() + 1);
    slots[i].state = kReady;
    return i;
  }
  return kSlots;
}

// A folder of files. readdir() allocates, which a signal handler may not.
void remove_folder(const char* path) noexcept {
  const int fd = ::open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return;
  alignas(dirent64) char buffer[4096];
  for (;;) {
    const long bytes = ::syscall(SYS_getdents64, fd, buffer, sizeof buffer);
    if (bytes <= 0) break;
    for (long at = 0; at < bytes;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer + at);
      ::unlinkat(fd, entry->d_name, 0);
      at += entry->d_reclen;
    }
  }
  ::close(fd);
  ::rmdir(path);
}

std::string tagged_name(const std::string& path, const std::string& tag) {
  const std::filesystem::path final_path(path);
  const std::string name = "." + final_path.filename().string().substr(0, 200) + "." + tag + ".tmp";
  return (final_path.parent_path() / name).string();
}

}  // namespace

std::string temporary_name(const std::string& path) {
  std::random_device device;
  char tag[32];
  std::snprintf(tag, sizeof tag, "%08x%08x", device(), device());
  return tagged_name(path, tag);
}

TemporaryPath::TemporaryPath(const std::string& path)
    : name_(temporary_name(path)), slot_(take_slot(name_)) {}

TemporaryPath::TemporaryPath(const std::string& path, const std::string& tag)
    : name_(tagged_name(path, tag)), slot_(take_slot(name_)) {}

TemporaryPath::~TemporaryPath() {
  std::error_code ignored;
  std::filesystem::remove_all(name_, ignored);
  if (slot_ < kSlots) slots[slot_].state = kFree;
}

KeepTemporaries::KeepTemporaries() { ++keepers; }
KeepTemporaries::~KeepTemporaries() { --keepers; }

bool remove_temporaries() noexcept {
  if (keepers != 0) return false;
  for (Slot& slot : slots) {
    if (slot.state != kReady) continue;
    if (::unlink(slot.name) != 0) remove_folder(slot.name);
  }
  return true;
}

}  // namespace flowreel
