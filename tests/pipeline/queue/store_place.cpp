#include "tests/pipeline/queue/store_place.h"

#include "pipeline/queue/memory_store.h"
#include "pipeline/queue/open_store.h"
#include "tests/pipeline/queue/postgres_server.h"
#include "tests/scratch_folder.h"

namespace flowreel::testing {
namespace {

class MemoryPlace : public StorePlace {
 public:
  std::shared_ptr<JobStore> open(const StoreOptions& options) override {
    if (!store_) store_ = make_memory_store(options);
    return store_;
  }

 private:
  std::shared_ptr<JobStore> store_;
};

class SqlitePlace : public StorePlace {
 public:
  std::shared_ptr<JobStore> open(const StoreOptions& options) override {
    return open_store("sqlite:" + folder_ / "queue.db", options);
  }

 private:
  const ScratchFolder folder_;
};

class PostgresPlace : public StorePlace {
 public:
  PostgresPlace() : uri_(PostgresServer::instance().fresh_queue()) {}
  std::shared_ptr<JobStore> open(const StoreOptions& options) override {
    return open_store(uri_, options);
  }

 private:
  const std::string uri_;
};

template <typename Place>
std::unique_ptr<StorePlace> make() {
  return std::make_unique<Place>();
}

std::string nothing_missing() { return ""; }

}  // namespace

const std::vector<StoreKind>& store_kinds() {
  static const std::vector<StoreKind> kKinds = {
      {"memory", make<MemoryPlace>, nothing_missing, /*shared=*/false},
      {"sqlite", make<SqlitePlace>, nothing_missing, /*shared=*/true},
      {"postgresql", make<PostgresPlace>, why_no_postgres, /*shared=*/true},
  };
  return kKinds;
}

std::vector<StoreKind> shared_store_kinds() {
  std::vector<StoreKind> kinds;
  for (const StoreKind& kind : store_kinds()) {
    if (kind.shared) kinds.push_back(kind);
  }
  return kinds;
}

void PrintTo(const StoreKind& kind, std::ostream* out) { *out << kind.name; }

std::string kind_name(const ::testing::TestParamInfo<StoreKind>& info) { return info.param.name; }

}  // namespace flowreel::testing
