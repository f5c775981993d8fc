#include "pipeline/queue/open_store.h"

#include <array>
#include <string_view>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/queue/postgres_store.h"
#include "pipeline/queue/sqlite_store.h"

namespace flowreel {
namespace {

using Make = std::unique_ptr<JobStore> (*)(const std::string&, const StoreOptions&);

struct Kind {
  std::string_view prefix;
  Make make;
};

std::unique_ptr<JobStore> sqlite(const std::string& name, const StoreOptions& options) {
  return make_sqlite_store(name.substr(name.find(':') + 1), options);
}

constexpr std::array kKinds = {
    Kind{"sqlite:", sqlite},
    Kind{"postgresql://", make_postgres_store},
    Kind{"postgres://", make_postgres_store},
};

}  // namespace

std::unique_ptr<JobStore> open_store(const std::string& name, const StoreOptions& options) {
  for (const Kind& kind : kKinds) {
    if (std::string_view(name).substr(0, kind.prefix.size()) == kind.prefix)
      return kind.make(name, options);
  }
  // A URI may hold a password, so the message does not repeat it.
  throw UsageError("unknown kind of queue " + quote(name.substr(0, name.find(':')), 40) +
                   "; expected sqlite:PATH or postgresql://USER@HOST/DATABASE");
}

}  // namespace flowreel
