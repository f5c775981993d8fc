// Where jobs are kept, as the state machine sees it: a table with transactions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/queue/transitions.h"

namespace flowreel {

enum class Access { kRead, kWrite };

// The table within one transaction. No other writes what find() and its like have returned until
// the transaction is over, if it is one for writing.
class JobTable {
 public:
  virtual ~JobTable() = default;

  virtual Moment now() = 0;  // the same moment during the transaction

  virtual std::optional<StoredJob> find(int64_t id) = 0;
  virtual std::optional<StoredJob> find_key(const std::string& key) = 0;
  // The running job that has this claim_mark.
  virtual std::optional<StoredJob> find_claim(const std::string& mark) = 0;
  // In the order of JobStore; jobs that another transaction has hold of are passed over. Whatever
  // changes after this is news to wait_for_change().
  virtual std::optional<StoredJob> first_ready(const Needs& offers) = 0;
  virtual std::vector<StoredJob> leases_over() = 0;  // passed over likewise

  // Gives the job its id; nothing when its key is taken.
  virtual std::optional<int64_t> insert(const StoredJob& job) = 0;
  virtual void update(const StoredJob& job) = 0;  // all but its request
  virtual void append(int64_t id, const Transition& transition) = 0;

  virtual std::vector<Transition> history(int64_t id) = 0;
  virtual std::vector<JobInfo> list(const ListFilter& filter) = 0;
  virtual StoreStats stats() = 0;
  virtual int64_t purge(int64_t changed_before_ms, const std::vector<JobState>& states) = 0;
};

// Tables that can be had one transaction at a time.
class JobDatabase {
 public:
  virtual ~JobDatabase() = default;

  // Calls use within a transaction, and commits it when that returns. Where the transaction fails
  // by no fault of use it is begun again, so use may run several times; again says that an earlier
  // run may have been committed all the same.
  using Use = std::function<void(JobTable& table, bool again)>;
  virtual void transact(Access access, const Use& use) = 0;
  virtual bool wait_for_change(int64_t timeout_ms) = 0;  // JobStore::wait_for_work()
};

}  // namespace flowreel
