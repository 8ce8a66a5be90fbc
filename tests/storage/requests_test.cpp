#include "storage/requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <string>

namespace tuner {
namespace {

class Requests : public ::testing::Test {
 protected:
  Requests()
      : names_(std::filesystem::path(::testing::TempDir()) / ("requests_test_" + std::to_string(getpid()) + ".h5")) {
    std::filesystem::remove_all(names_.requests());
  }
  ~Requests() override { std::filesystem::remove_all(names_.requests()); }

  std::string post(RequestKind kind, const std::string& configuration = "") {
    return post_request(system_files(), names_, {kind, "ada@n1, pid 7", configuration});
  }
  void put(const std::string& file, const std::string& text) {
    std::filesystem::create_directories(names_.requests());
    std::ofstream(names_.requests() / file) << text;
  }
  std::vector<Arrived> arrived() { return arrived_requests(system_files(), names_); }
  std::optional<Answer> answer_to(const std::string& name) { return take_answer(system_files(), names_, name); }

  StudyFiles names_;
};

TEST_F(Requests, ThoseThatWereSeenDoNotKeepOthersOut) {
  std::set<std::string> seen;
  for (int junk = 0; junk < 20; ++junk) {
    std::filesystem::create_directories(names_.requests() / ("!" + std::to_string(junk) + ".request"));
    seen.insert("!" + std::to_string(junk));
  }
  const std::string name = post(RequestKind::stop);

  const std::vector<Arrived> found = arrived_requests(system_files(), names_, seen);

  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, name);
}

TEST_F(Requests, EachKindArrivesAsItWasAsked) {
  for (int kind = 0; kind <= static_cast<int>(RequestKind::enqueue); ++kind) {
    const std::string name = post(static_cast<RequestKind>(kind), "x=1");

    const std::vector<Arrived> all = arrived();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].name, name);
    const Request& request = std::get<Request>(all[0].content);
    EXPECT_EQ(request.kind, static_cast<RequestKind>(kind));
    EXPECT_EQ(request.by, "ada@n1, pid 7");
    EXPECT_EQ(request.configuration, "x=1");
    EXPECT_EQ(withdraw_request(system_files(), names_, name), Removed::yes);
  }
}

TEST_F(Requests, ArriveInTheOrderOfTheirNamesWhichIsThatOfTime) {
  const std::string first = post(RequestKind::pause);
  put("0.request", R"({"request": "stop"})");
  put("99999999999999999999.request", R"({"request": "continue"})");

  std::vector<std::string> found;
  for (const Arrived& one : arrived()) found.push_back(one.name);
  EXPECT_THAT(found, ::testing::ElementsAre("0", first, "99999999999999999999"));
}

TEST_F(Requests, AreNoneWhereThereIsNoFolder) {
  EXPECT_TRUE(arrived().empty());
}

TEST_F(Requests, AnAnswerTakesTheRequestAwayAndIsReadOnce) {
  const std::string name = post(RequestKind::stop);
  EXPECT_FALSE(answer_to(name));

  answer_request(system_files(), names_, name, {Answer::Kind::refused, "no"});

  EXPECT_TRUE(arrived().empty());
  EXPECT_EQ(withdraw_request(system_files(), names_, name), Removed::was_not_there);
  const std::optional<Answer> answer = answer_to(name);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->kind, Answer::Kind::refused);
  EXPECT_EQ(answer->text, "no");
  EXPECT_FALSE(answer_to(name));
  EXPECT_TRUE(std::filesystem::is_empty(names_.requests()));
}

TEST_F(Requests, AHalfWrittenFileIsNotSeen) {
  put("1.request.tmp", R"({"request": "st)");

  EXPECT_TRUE(arrived().empty());
}

TEST_F(Requests, WhatIsNoRequestSaysWhatIsWrong) {
  put("a.request", "\xff{");
  put("b.request", "[]");
  put("c.request", R"({"request": "explode"})");
  put("d.request", R"({"request": ["stop"]})");
  put("e.request", R"({"request": "stop", "by": ")" + std::string(100000, 'x') + "\"}");
  ASSERT_EQ(mkfifo((names_.requests() / "f.request").c_str(), 0600), 0);
  std::filesystem::create_symlink("/etc/passwd", names_.requests() / "g.request");
  put("h.request", std::string(60000, '['));

  const std::vector<Arrived> all = arrived();

  ASSERT_EQ(all.size(), 8U);
  for (const Arrived& one : all) EXPECT_TRUE(std::holds_alternative<std::string>(one.content)) << one.name;
  EXPECT_EQ(std::get<std::string>(all[2].content), "'explode' is no request");
}

TEST_F(Requests, AFloodIsTakenAFewAtATime) {
  for (int i = 0; i < 100; ++i) put(std::to_string(1000 + i) + ".request", R"({"request": "pause"})");

  EXPECT_LT(arrived().size(), 20U);
}

TEST(RequestNames, ReadBackAsWhatTheyName) {
  for (int kind = 0; kind <= static_cast<int>(RequestKind::enqueue); ++kind)
    EXPECT_EQ(request_named(name_of(static_cast<RequestKind>(kind))), static_cast<RequestKind>(kind));
  EXPECT_FALSE(request_named("go"));
}

}  // namespace
}  // namespace tuner
