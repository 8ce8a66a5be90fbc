#include "storage/reading_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstring>
#include <new>

#include "core/bytes.h"
#include "core/error.h"
#include "storage/file.h"
#include "storage/hdf5_error.h"

namespace tuner {
namespace {

using testing::HasSubstr;
using testing::StrEq;
using testing::ThrowsMessage;

constexpr std::uint64_t kMebibyte = 1 << 20;

std::string text(const SharedBytes& result) {
  return {reinterpret_cast<const char*>(result.memory.get()), result.size};
}

std::string read_text(std::string_view text_to_read) {
  return text(read_apart(limits_for(0), [&](ReadingResult& result) { result.append(as_bytes(text_to_read)); }));
}

template <class Error>
void expect_same(const std::string& message) {
  const auto fail = [&](ReadingResult& result) {
    result.append(as_bytes("a result that is not whole"));
    throw Error(message);
  };
  EXPECT_THAT([&] { read_apart(limits_for(0), fail); }, ThrowsMessage<Error>(StrEq(message)));
}

TEST(ReadingProcess, WhatIsReadComesBackInItsOrder) {
  const auto result = read_apart(limits_for(0), [](ReadingResult& out) {
    out.append(as_bytes("first, "));
    std::memcpy(out.append(6).data(), "second", 6);
  });

  EXPECT_EQ(text(result), "first, second");
  EXPECT_EQ(text(result.without_first(7)), "second");
  EXPECT_EQ(text(read_apart(limits_for(0), [](ReadingResult&) {})), "");
}

TEST(ReadingProcess, AResultAsLargeAsItsFileComesBackWhole) {
  const std::uint64_t size = 64 * kMebibyte;

  const auto result = read_apart(limits_for(size), [&](ReadingResult& out) {
    const auto room = out.append(size);
    for (std::size_t i = 0; i < size; i += 4096) room[i] = static_cast<std::byte>(i / 4096 % 251);
    room.back() = std::byte{7};
  });

  ASSERT_EQ(result.size, size);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < size; i += 4096)
    if (result.span()[i] != static_cast<std::byte>(i / 4096 % 251)) ++wrong;
  EXPECT_EQ(wrong, 0U);
  EXPECT_EQ(result.span().back(), std::byte{7});
}

TEST(ReadingProcess, ErrorsOfEveryKindComeBackAsTheyWereThrown) {
  expect_same<UserError>("study.h5 is no study");
  expect_same<DamagedStudy>("its event log is damaged");
  expect_same<Interrupted>("the disk is gone");
  expect_same<Hdf5Error>("HDF5 cannot open the file");
  expect_same<MalformedBytes>("the bytes end too early");
  expect_same<std::runtime_error>("something else");
  expect_same<UserError>("");
}

TEST(ReadingProcess, ACrashIsDamageWithTheNameOfItsSignal) {
  for (const auto& [number, name] : {std::pair(SIGSEGV, "SIGSEGV"), {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"}})
    EXPECT_THAT([number = number] { read_apart(limits_for(0), [=](ReadingResult&) { raise(number); }); },
                ThrowsMessage<DamagedStudy>(HasSubstr(std::string("crashed with ") + name)));
  EXPECT_EQ(read_text("the next one is read"), "the next one is read");
}

TEST(ReadingProcess, AnEndInTheMiddleIsDamage) {
  EXPECT_THAT([] { read_apart(limits_for(0), [](ReadingResult&) { ::_Exit(3); }); },
              ThrowsMessage<DamagedStudy>(HasSubstr("exit code 3")));
  EXPECT_THAT([] { read_apart(limits_for(0), [](ReadingResult&) { ::_Exit(0); }); },
              ThrowsMessage<DamagedStudy>(HasSubstr("crashed")));
}

TEST(ReadingProcess, MemoryHasALimit) {
  const auto hog = [](ReadingResult&) {
    for (;;)
      if (mmap(nullptr, kMebibyte, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
        throw std::bad_alloc();
  };

  EXPECT_THAT([&] { read_apart({.result_bytes = 0, .memory_bytes = 100 * kMebibyte, .cpu_s = 60, .time_s = 60}, hog); },
              ThrowsMessage<DamagedStudy>(HasSubstr("more than 100 MiB of memory")));
}

TEST(ReadingProcess, AResultLargerThanItsRoomIsRefused) {
  EXPECT_THROW(read_apart(limits_for(kMebibyte), [](ReadingResult& out) { out.append(3 * kMebibyte); }), DamagedStudy);
}

TEST(ReadingProcess, ProcessorTimeHasALimit) {
  const auto run_in_circles = [](ReadingResult&) {
    for (volatile bool on = true; on;) {
    }
  };

  EXPECT_THAT(
      [&] {
        read_apart({.result_bytes = 0, .memory_bytes = 100 * kMebibyte, .cpu_s = 1, .time_s = 600}, run_in_circles);
      },
      ThrowsMessage<DamagedStudy>(HasSubstr("more than 1 s of processor time")));
}

// A disk that does not answer says nothing of the file.
TEST(ReadingProcess, AReadingThatStandsStillEndsAsAnInterruption) {
  EXPECT_THAT(
      [] {
        read_apart({.result_bytes = 0, .memory_bytes = 100 * kMebibyte, .cpu_s = 60, .time_s = 1}, [](ReadingResult&) {
          sigset_t all;
          sigfillset(&all);
          sigdelset(&all, SIGALRM);
          for (;;) sigsuspend(&all);
        });
      },
      ThrowsMessage<Interrupted>(HasSubstr("more than 1 s")));
}

TEST(ReadingProcess, AKillFromOutsideSaysNothingOfTheFile) {
  EXPECT_THAT([] { read_apart(limits_for(0), [](ReadingResult&) { raise(SIGKILL); }); },
              ThrowsMessage<Interrupted>(HasSubstr("killed by SIGKILL")));
}

TEST(ReadingProcess, SignalsToTheWholeJobAreForTheParentAlone) {
  static volatile sig_atomic_t handled = 0;
  handled = 0;
  const auto before = signal(SIGTERM, [](int) { handled = 1; });

  const auto result = read_apart(limits_for(0), [](ReadingResult& out) {
    raise(SIGTERM);
    raise(SIGINT);
    out.append(as_bytes(handled == 1 ? "handled" : "not handled"));
  });

  signal(SIGTERM, before);
  EXPECT_EQ(text(result), "not handled");
}

TEST(ReadingProcess, NothingIsPrintedAndNothingIsRunAtTheEnd) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  std::fputs("written once", stdout);  // stands in a buffer that the new process inherits

  read_apart(limits_for(0), [](ReadingResult&) {
    atexit([] { std::fputs("at exit", stderr); });
    std::fputs("noise", stderr);
    std::fputs("noise", stdout);
    std::fflush(stderr);
  });

  EXPECT_EQ(testing::internal::GetCapturedStdout(), "written once");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(ReadingProcess, AResultComesBackAlsoWhereNobodyMayWaitForProcesses) {
  const auto before = signal(SIGCHLD, SIG_IGN);

  const std::string result = read_text("read");

  signal(SIGCHLD, before);
  EXPECT_EQ(result, "read");
}

}  // namespace
}  // namespace tuner
