#include "pipeline/queue/attempt.h"

#include <chrono>
#include <csignal>
#include <thread>

#include "errors/error.h"
#include "errors/quote.h"
#include "pipeline/queue/unfinished.h"

namespace flowreel {
namespace {

constexpr int kPollMs = 50;

int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double percent_of(const ChildMessage& progress) {
  return progress.total > 0
             ? 100.0 * static_cast<double>(progress.number) / static_cast<double>(progress.total)
             : 0;
}

std::string seconds(int64_t ms) { return number_text(static_cast<double>(ms) / 1000) + " s"; }

}  // namespace

Attempt::Attempt(JobStore& store, const Claim& claim, const AttemptOptions& options,
                 std::function<bool()> stop, Log log)
    : store_(store),
      claim_(claim),
      options_(options),
      stop_(std::move(stop)),
      log_(std::move(log)),
      heart_(store, claim, options.lease_ms, log_) {}

std::string Attempt::name() const {
  return "job " + std::to_string(claim_.id) + " (" + claim_.key + ")";
}

AttemptResult Attempt::run(ChildProcess& child) {
  log_(name() + ": attempt " + std::to_string(claim_.attempt));
  last_sign_ms_ = now_ms();
  if (!child.write_line(to_line({ChildMessage::Kind::kRun, claim_.job, claim_.token, 0})))
    return child_ended(child);
  for (;;) {
    std::string line;
    const ChildProcess::Read read = child.read_line(line, kPollMs);
    if (read == ChildProcess::Read::kClosed) return child_ended(child);
    std::optional<AttemptResult> result;
    if (read == ChildProcess::Read::kLine) {
      last_sign_ms_ = now_ms();
      result = hear(parse_child_line(line), child);
    }
    if (!result) result = look_after(child);
    if (result) return *result;
  }
}

std::optional<AttemptResult> Attempt::hear(const ChildMessage& message, ChildProcess& child) {
  using Kind = ChildMessage::Kind;
  switch (message.kind) {
    case Kind::kProgress:
      at_ = message.text + " " + std::to_string(message.number) + " of " +
            std::to_string(message.total);
      heart_.set_progress({message.text, percent_of(message)});
      return std::nullopt;
    case Kind::kNotice:
      log_(name() + ": " + message.text);
      return std::nullopt;
    case Kind::kMayI: {
      const bool may = heart_.beat() == Answer::kOk;
      child.write_line(to_line({Kind::kPublish, "", may ? 1 : 0, 0}));
      return std::nullopt;
    }
    case Kind::kDone:
      return succeed(message.text);
    case Kind::kFailed: {
      const int code = static_cast<int>(message.number);
      if (heart_.answer() == Answer::kLost) return lost(child);
      if (class_of_exit(code) == FailureClass::kReleased) return release(message.text);
      return fail({class_of_exit(code), code, message.text});
    }
    default:
      return std::nullopt;
  }
}

std::optional<AttemptResult> Attempt::look_after(ChildProcess& child) {
  if (heart_.answer() == Answer::kLost) return lost(child);
  if (heart_.answer() == Answer::kCancel)
    return end_child(child, options_.grace_ms, "cancelled at " + at_);
  if (stop_()) return end_child(child, options_.grace_ms, "the worker stops, at " + at_);
  if (now_ms() - last_sign_ms_ < options_.stall_ms) return std::nullopt;
  child.end(static_cast<int>(options_.kill_ms));
  return fail({FailureClass::kTransient, 0,
               "stalled at " + at_ + ": no sign of work for " + seconds(options_.stall_ms)});
}

// Asks the child to save and end. What it still says counts: it may have been done.
AttemptResult Attempt::end_child(ChildProcess& child, int64_t grace_ms, const std::string& why) {
  child.signal(SIGTERM);
  for (const int64_t end = now_ms() + grace_ms; now_ms() < end;) {
    std::string line;
    const ChildProcess::Read read = child.read_line(line, kPollMs);
    if (read == ChildProcess::Read::kClosed) break;
    if (read != ChildProcess::Read::kLine) continue;
    const ChildMessage message = parse_child_line(line);
    if (message.kind == ChildMessage::Kind::kFailed) break;
    if (const auto result = hear(message, child)) return *result;
  }
  if (!child.wait(1000)) child.signal(SIGKILL);
  child.wait(-1);
  return release(why);
}

AttemptResult Attempt::child_ended(ChildProcess& child) {
  std::optional<ChildEnd> end = child.wait(1000);
  if (!end) {  // it closed its output and lives
    child.signal(SIGKILL);
    end = child.wait(-1);
  }
  if (end->signal != 0)
    return fail({class_of_signal(end->signal), 128 + end->signal,
                 "the process died by signal " + std::to_string(end->signal) + " at " + at_});
  const int code = end->exit_code == 0 ? 70 : end->exit_code;
  if (class_of_exit(code) == FailureClass::kReleased)
    return release("the process was told to stop");
  return fail(
      {class_of_exit(code), code,
       "the process ended with exit code " + std::to_string(end->exit_code) + " at " + at_});
}

AttemptResult Attempt::succeed(const std::string& manifest_sha256) {
  const auto answer =
      tell([&] { return store_.succeed(claim_.id, claim_.token, manifest_sha256); });
  if (!answer || *answer == Answer::kLost) return {AttemptEnd::kLost, {}};
  log_(name() + ": done");
  return {AttemptEnd::kSucceeded, {}};
}

AttemptResult Attempt::fail(const Failure& failure) {
  remove_unfinished(options_.output_dir, claim_.key, claim_.token + 1);
  log_(name() + ": " + name_of(failure.kind) + " failure: " + failure.message);
  const auto answer = tell([&] { return store_.fail(claim_.id, claim_.token, failure); });
  if (!answer) return {AttemptEnd::kLost, {}};
  return {AttemptEnd::kFailed, failure};
}

AttemptResult Attempt::release(const std::string& reason) {
  remove_unfinished(options_.output_dir, claim_.key, claim_.token + 1);
  log_(name() + ": released: " + reason);
  tell([&] { return store_.release(claim_.id, claim_.token, reason); });
  return {AttemptEnd::kReleased, {}};
}

AttemptResult Attempt::lost(ChildProcess& child) {
  log_(name() + ": the claim was lost; nothing is published");
  child.end(static_cast<int>(options_.kill_ms));
  remove_unfinished(options_.output_dir, claim_.key, claim_.token + 1);
  return {AttemptEnd::kLost, {}};
}

// Until the store has heard it, or the lease is over and it will find out by itself.
std::optional<Answer> Attempt::tell(const std::function<Answer()>& call) {
  constexpr auto kPause = std::chrono::milliseconds(500);
  for (const int64_t end = now_ms() + options_.lease_ms;;) {
    try {
      return call();
    } catch (const Error& error) {
      log_(name() + ": the queue cannot be told: " + error.what());
      if (now_ms() > end || stop_()) return std::nullopt;
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace flowreel
