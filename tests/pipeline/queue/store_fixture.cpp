#include "tests/pipeline/queue/store_fixture.h"

#include "tests/pipeline/queue/postgres_server.h"

namespace flowreel::testing {

void StoreFixture::SetUp() {
  const std::string missing = GetParam().missing();
  if (!missing.empty()) {
    ASSERT_FALSE(postgres_is_required()) << missing;
    GTEST_SKIP() << missing;
  }
  place_ = GetParam().make();
  options_.clock = clock_;
  options_.mode = OpenMode::kCreate;
  store_ = place_->open(options_);
  options_.mode = OpenMode::kMustExist;
}

std::string StoreFixture::story(int64_t id) {
  std::string text;
  for (const Transition& step : store_->history(id))
    text += (text.empty() ? "" : ", ") + step.text.substr(0, step.text.find_first_of(",:;"));
  return text;
}

int64_t StoreFixture::job_in(JobState state) {
  // Of high priority, so that the claim below gets this one.
  static int count = 0;
  const int64_t id = submit("job-in-" + std::to_string(++count), 1000);
  if (state == JobState::kQueued) return id;
  if (state == JobState::kCancelled) {
    store_->cancel(id);
    return id;
  }
  const Claim claimed = claim().value();
  EXPECT_EQ(claimed.id, id);
  if (state == JobState::kSucceeded) store_->succeed(id, claimed.token, kSha);
  if (state == JobState::kRetryWait) fail(claimed);
  if (state == JobState::kFailed) fail(claimed, FailureClass::kPermanent);
  EXPECT_EQ(this->state(id), state);
  return id;
}

}  // namespace flowreel::testing
