// The contract of JobStore: what goes in, and in which order it comes out.
#include <limits>

#include "tests/pipeline/queue/store_fixture.h"

namespace flowreel {
namespace {

using testing::code_of;
class StoreSubmitTest : public testing::StoreFixture {};
INSTANTIATE_TEST_SUITE_P(Stores, StoreSubmitTest, ::testing::ValuesIn(testing::store_kinds()),
                         testing::kind_name);

TEST_P(StoreSubmitTest, AJobIsGivenBackAsItCame) {
  const JobRequest request{.job = "{\"prompt\": \"a red 'square' \xE2\x9C\x93 $1 %s\\n\"}",
                           .key = "film/shot 7 \xC3\xA9",
                           .priority = -3,
                           .delay_ms = 0,
                           .needs = {{"gpu", "avx2"}, 12.300000000000001}};
  const SubmitResult submitted = store_->submit(request);
  EXPECT_FALSE(submitted.was_there);
  const JobInfo info = store_->get(submitted.id);
  EXPECT_EQ(info.request.job, request.job);
  EXPECT_EQ(info.request.key, request.key);
  EXPECT_EQ(info.request.priority, -3);
  EXPECT_EQ(info.request.needs.labels, request.needs.labels);
  EXPECT_EQ(info.request.needs.memory_gib, 12.300000000000001);
  EXPECT_EQ(info.submitted_ms, clock_->now().wall_ms);
  EXPECT_EQ(info.not_before_ms, clock_->now().wall_ms);
  EXPECT_EQ(info.state, JobState::kQueued);
  EXPECT_EQ(info.token, 0);
  EXPECT_FALSE(info.failure);
  const auto claimed = store_->claim({.worker = "w", .offers = {{"avx2", "gpu"}, 16}});
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->job, request.job);
  EXPECT_EQ(claimed->key, request.key);
  EXPECT_EQ(claimed->attempt, 1);
}

TEST_P(StoreSubmitTest, OneKeyIsOneJob) {
  const int64_t id = submit("k", 1);
  const SubmitResult again = store_->submit({.job = "{}", .key = "k", .priority = 9});
  EXPECT_EQ(again.id, id);
  EXPECT_TRUE(again.was_there);
  EXPECT_EQ(store_->get(id).request.priority, 1);
  EXPECT_EQ(code_of([&] { store_->submit({.job = "{ }", .key = "k"}); }), 73);
  EXPECT_EQ(store_->list({}).size(), 1u);
  EXPECT_EQ(story(id), "submitted");
}

TEST_P(StoreSubmitTest, WithoutAKeyEachIsAnother) {
  const int64_t first = submit(""), second = submit("");
  EXPECT_LT(first, second);
}

TEST_P(StoreSubmitTest, AKeyHoldsAlsoWhenTheJobIsOver) {
  const int64_t id = submit("k");
  store_->cancel(id);
  EXPECT_EQ(submit("k"), id);
  EXPECT_EQ(state(id), JobState::kCancelled);
}

TEST_P(StoreSubmitTest, IdsRiseAlsoPastWhatWasPurged) {
  const int64_t first = submit("");
  store_->cancel(first);
  EXPECT_EQ(store_->purge(0, {JobState::kCancelled}), 1);
  EXPECT_GT(submit(""), first);
}

TEST_P(StoreSubmitTest, RefusesFieldsOutOfRange) {
  const auto code = [&](const JobRequest& request) {
    return code_of([&] { store_->submit(request); });
  };
  EXPECT_EQ(code({.job = ""}), 65);
  EXPECT_EQ(code({.job = std::string((1 << 20) + 1, 'x')}), 65);
  EXPECT_EQ(code({.job = "\xFF"}), 65);
  EXPECT_EQ(code({.job = std::string("a\0b", 3)}), 65);
  EXPECT_EQ(code({.job = "{}", .key = std::string(201, 'k')}), 65);
  EXPECT_EQ(code({.job = "{}", .key = "a\nb"}), 65);
  EXPECT_EQ(code({.job = "{}", .delay_ms = -1}), 65);
  EXPECT_EQ(code({.job = "{}", .delay_ms = std::numeric_limits<int64_t>::max()}), 65);
  for (const char* label : {"", "a b", "a<b", "a>"})
    EXPECT_EQ(code({.job = "{}", .needs = {{label}, 0}}), 65) << label;
  EXPECT_EQ(code({.job = "{}", .needs = {{}, -1}}), 65);
  EXPECT_EQ(code({.job = "{}", .needs = {{}, std::numeric_limits<double>::quiet_NaN()}}), 65);
  EXPECT_EQ(code({.job = "{}", .needs = {{}, std::numeric_limits<double>::infinity()}}), 65);
  EXPECT_TRUE(store_->list({}).empty());
  EXPECT_EQ(code({.job = std::string(1 << 20, 'x'), .key = std::string(200, 'k')}), 0);
}

TEST_P(StoreSubmitTest, HigherPriorityGoesFirstThenSubmissionOrder) {
  const int64_t a = submit("a"), b = submit("b", 5), c = submit("c", -5), d = submit("d", 5);
  for (const int64_t expected : {b, d, a, c}) EXPECT_EQ(claim().value().id, expected);
  EXPECT_FALSE(claim());
}

TEST_P(StoreSubmitTest, ADelayedJobWaitsForItsTime) {
  const int64_t late = store_->submit({.job = "{}", .priority = 9, .delay_ms = 5000}).id;
  const int64_t now = submit("now");
  EXPECT_EQ(store_->get(late).not_before_ms, clock_->now().wall_ms + 5000);
  EXPECT_EQ(claim().value().id, now);
  clock_->advance(4999);
  EXPECT_FALSE(claim());
  clock_->advance(1);
  EXPECT_EQ(claim().value().id, late);
}

TEST_P(StoreSubmitTest, AJobGoesOnlyToWhomHasWhatItNeeds) {
  const auto needs = [&](const Needs& what) {
    return store_->submit({.job = "{}", .needs = what}).id;
  };
  const auto offer = [&](const Needs& what) {
    const auto claimed = store_->claim({.worker = "w", .offers = what});
    return claimed ? claimed->id : 0;
  };
  const int64_t gpu = needs({{"gpu"}, 0}), both = needs({{"gpu", "gpu:h100"}, 0}),
                large = needs({{}, 8}), plain = needs({});
  EXPECT_EQ(offer({}), plain);
  EXPECT_EQ(offer({{}, 7.99}), 0);
  EXPECT_EQ(offer({{"gp", "gpu:h10", "pu"}, 4}), 0) << "parts of a label are other labels";
  EXPECT_EQ(offer({{"gpu", "fast"}, 4}), gpu);
  EXPECT_EQ(offer({{"gpu", "fast"}, 4}), 0);
  EXPECT_EQ(offer({{"gpu:h100", "gpu"}, 4}), both);
  EXPECT_EQ(offer({{}, 8}), large);
  EXPECT_EQ(code_of([&] { offer({{"a b"}, 0}); }), 64);
  EXPECT_EQ(code_of([&] { store_->claim({.worker = "w", .lease_ms = 0}); }), 64);
}

TEST_P(StoreSubmitTest, ListsWhatIsAskedFor) {
  const int64_t a = submit("a"), b = submit("b"), c = submit("c");
  store_->cancel(b);
  const auto ids = [&](const ListFilter& filter) {
    std::vector<int64_t> found;
    for (const JobInfo& info : store_->list(filter)) found.push_back(info.id);
    return found;
  };
  using Ids = std::vector<int64_t>;
  EXPECT_EQ(ids({}), (Ids{a, b, c}));
  EXPECT_EQ(ids({.states = {JobState::kQueued}}), (Ids{a, c}));
  EXPECT_EQ(ids({.states = {JobState::kQueued, JobState::kCancelled}, .after_id = a}), (Ids{b, c}));
  EXPECT_EQ(ids({.key = "b"}), Ids{b});
  EXPECT_EQ(ids({.limit = 2}), (Ids{a, b}));
  EXPECT_EQ(ids({.after_id = c}), Ids{});
  EXPECT_EQ(store_->list({})[0].request.job, "");
  EXPECT_EQ(code_of([&] { store_->list({.limit = 0}); }), 64);
}

TEST_P(StoreSubmitTest, CountsJobsAndTheAgeOfTheOldestReadyOne) {
  EXPECT_EQ(store_->stats().ready, 0);
  EXPECT_EQ(store_->stats().oldest_ready_ms, std::nullopt);
  submit("a");
  clock_->advance(2000);
  store_->submit({.job = "{}", .delay_ms = 100'000});
  for (const JobState state : {JobState::kRunning, JobState::kRetryWait, JobState::kSucceeded,
                               JobState::kFailed, JobState::kCancelled}) {
    job_in(state);
  }
  StoreStats stats = store_->stats();
  EXPECT_EQ(stats.jobs[JobState::kQueued], 2);
  for (const auto& [state, count] : stats.jobs)
    EXPECT_EQ(count, state == JobState::kQueued ? 2 : 1) << name_of(state);
  EXPECT_EQ(stats.jobs.size(), static_cast<size_t>(kJobStates));
  EXPECT_EQ(stats.ready, 1);
  EXPECT_EQ(stats.oldest_ready_ms, 2000);
}

TEST_P(StoreSubmitTest, PurgesOldFinalJobsAlone) {
  const int64_t old = job_in(JobState::kSucceeded), failed = job_in(JobState::kFailed);
  clock_->advance(1000);
  const int64_t young = job_in(JobState::kSucceeded);
  EXPECT_EQ(store_->purge(1000, {JobState::kSucceeded}), 1);
  EXPECT_EQ(code_of([&] { store_->get(old); }), 66);
  EXPECT_EQ(code_of([&] { store_->history(old); }), 66);
  EXPECT_EQ(state(failed), JobState::kFailed);
  EXPECT_EQ(state(young), JobState::kSucceeded);
  EXPECT_EQ(store_->purge(0, {}), 0);
  EXPECT_EQ(store_->purge(0, {JobState::kSucceeded, JobState::kFailed}), 2);
  EXPECT_EQ(code_of([&] { store_->purge(-1, {JobState::kFailed}); }), 64);
  for (const JobState live : {JobState::kQueued, JobState::kRunning, JobState::kRetryWait})
    EXPECT_EQ(code_of([&] { store_->purge(0, {live}); }), 64);
}

TEST_P(StoreSubmitTest, APurgedKeyIsFree) {
  const int64_t id = submit("k");
  store_->cancel(id);
  store_->purge(0, {JobState::kCancelled});
  const SubmitResult again = store_->submit({.job = "other", .key = "k"});
  EXPECT_GT(again.id, id);
  EXPECT_FALSE(again.was_there);
}

}  // namespace
}  // namespace flowreel
