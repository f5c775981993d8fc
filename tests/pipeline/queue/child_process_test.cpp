#include "pipeline/queue/child_process.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "errors/error.h"

namespace flowreel {
namespace {

using Read = ChildProcess::Read;

ChildOptions shell(const std::string& script) { return {{"/bin/sh", "-c", script}, {}}; }

// An orphan that was killed is there until somebody waits for it.
bool is_alive(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string number, name, state;
  return static_cast<bool>(stat >> number >> name >> state) && state != "Z" && state != "X";
}

TEST(ChildProcess, TalksInLines) {
  ChildProcess child(shell("while read -r line; do echo \"<$line>\"; done"));
  std::string line;
  for (const std::string text : {"a", "", "b c"}) {
    ASSERT_TRUE(child.write_line(text));
    ASSERT_EQ(child.read_line(line, 5000), Read::kLine);
    EXPECT_EQ(line, "<" + text + ">");
  }
  EXPECT_EQ(child.read_line(line, 10), Read::kNothing);
}

// Case 48: a line without end is cut, and what comes behind it is heard.
TEST(ChildProcess, ALineWithoutEndIsCut) {
  ChildProcess child(shell("head -c 1500000 /dev/zero | tr '\\0' '\\377'; echo; echo next"));
  std::string line;
  ASSERT_EQ(child.read_line(line, 5000), Read::kLine);
  EXPECT_GE(line.size(), 1u << 20);
  EXPECT_LT(line.size(), 1'500'000u);
  for (int i = 0; line != "next"; ++i) {
    ASSERT_LT(i, 3);
    ASSERT_EQ(child.read_line(line, 5000), Read::kLine);
  }
}

TEST(ChildProcess, TellsHowItEnded) {
  std::string line;
  ChildProcess exits(shell("echo last; exit 3"));
  EXPECT_EQ(exits.read_line(line, 5000), Read::kLine);
  EXPECT_EQ(exits.read_line(line, 5000), Read::kClosed);
  EXPECT_EQ(exits.wait(5000)->exit_code, 3);
  ChildProcess dies(shell("kill -9 $$"));
  EXPECT_EQ(dies.wait(5000)->signal, SIGKILL);
  EXPECT_FALSE(dies.write_line("anyone there?"));
}

TEST(ChildProcess, SignalsReachWhatItStarted) {
  ChildProcess child(shell("sleep 1000 & echo $!; wait"));
  std::string line;
  ASSERT_EQ(child.read_line(line, 5000), Read::kLine);
  const pid_t grandchild = std::stoi(line);
  EXPECT_TRUE(is_alive(grandchild));
  child.signal(SIGKILL);
  ASSERT_TRUE(child.wait(5000));
  for (int i = 0; is_alive(grandchild); ++i) {
    ASSERT_LT(i, 1000) << "the grandchild lives";
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

TEST(ChildProcess, VariablesGoOverThoseOfTheParent) {
  ::setenv("FLOWREEL_A", "parent", 1);
  ::setenv("FLOWREEL_B", "parent", 1);
  ChildProcess child({{"/bin/sh", "-c", "echo $FLOWREEL_A $FLOWREEL_B"}, {"FLOWREEL_A=child"}});
  std::string line;
  ASSERT_EQ(child.read_line(line, 5000), Read::kLine);
  EXPECT_EQ(line, "child parent");
}

TEST(ChildProcess, WhatCannotBeStartedIsNamed) {
  try {
    ChildProcess child({{"/no/such/program"}, {}});
    FAIL();
  } catch (const UnavailableError& error) {
    EXPECT_NE(std::string(error.what()).find("/no/such/program"), std::string::npos);
  }
}

TEST(ChildProcess, GoesWithItsOwner) {
  pid_t pid = 0;
  const auto before = std::chrono::steady_clock::now();
  {
    ChildProcess child(shell("trap '' TERM; sleep 1000"));
    pid = child.pid();
  }
  EXPECT_FALSE(is_alive(pid));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(10));
}

}  // namespace
}  // namespace flowreel
