// SPDX-License-Identifier: MIT
// A dashboard as its caller and as a browser meet it.
#include "eyelid/dashboard/dashboard.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "eyelid/core/error.hpp"
#include "eyelid/dashboard/loopback_testing.hpp"
#include "refusal.hpp"

namespace eyelid::dashboard {
namespace {

using testing::LoopbackClient;
using testing::Site;
using testing::status_of;
using Clock = std::chrono::steady_clock;

struct Commands {
  std::mutex mutex;
  std::vector<std::pair<Command, std::string>> given;

  Dashboard::OnCommand handler() {
    return [this](Command command, const std::string& note) {
      const std::lock_guard lock(mutex);
      given.emplace_back(command, note);
      if (note == "refuse me") throw InputError("arming needs a calibration");
    };
  }
};

TEST(Dashboard, ServesItsPageAtItsAddress) {
  Commands commands;
  Dashboard dashboard({}, commands.handler());
  EXPECT_TRUE(dashboard.address().starts_with("http://127.0.0.1:")) << dashboard.address();
  const Site site(dashboard.address());
  const std::string answer =
      site.answer(Site::request("GET", "/?token=" + site.token, "Host: " + site.host() + "\r\n"));
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_NE(answer.find("Arrival to closure"), std::string::npos);
  EXPECT_NE(answer.find("default-src 'none'; script-src 'sha256-"), std::string::npos);
  EXPECT_EQ(answer.substr(0, answer.find("\r\n\r\n")).find("unsafe"), std::string::npos);
  EXPECT_EQ(answer.find("{{"), std::string::npos) << "a part of the page is missing";
  EXPECT_EQ(status_of(site.answer(Site::request("GET", "/nothing", site.headers()))), 404);
}

TEST(Dashboard, ShowsEverythingToEveryWindow) {
  Commands commands;
  Dashboard dashboard({}, commands.handler());
  const Site site(dashboard.address());
  auto first = site.watch();
  auto second = site.watch();
  for (int i = 0; i < 100; ++i) {
    dashboard.add({i * 0.002, {0.25f, 0.5f}, 0.375f, false});
  }
  State state;
  state.frames = 1234;
  state.trial_state = "waiting \xFF for an open eye";  // not UTF-8
  state.instruction = "blink 2 of 5";
  dashboard.set_state(state);
  dashboard.add_message("the camera is back");
  GrayImage frame(64, 48);
  for (int y = 0; y < 48; ++y) std::fill_n(frame.row(y), 64, std::uint8_t{90});
  for (LoopbackClient* client : {&first, &second}) {
    EXPECT_NE(client->read_until("\"frames\":1234").find("text/event-stream"), std::string::npos);
    const std::string asked = "\"instruction\":\"blink 2 of 5\"";
    EXPECT_NE(client->read_until(asked).find(asked), std::string::npos);
    EXPECT_NE(client->read_until(",0.250,0.250,0.500,0.500,0.375,0.375,0]").find("\"bins\":[[0.00"),
              std::string::npos);
    EXPECT_NE(client->read_until("the camera is back").find("event: message"), std::string::npos);
  }
  dashboard.show(frame, std::nullopt, 0.2);
  for (LoopbackClient* client : {&first, &second}) {
    EXPECT_NE(client->read_until("\"view\":{\"jpeg\"").find("event: picture"), std::string::npos);
  }
}

TEST(Dashboard, DeliversACommandOnce) {
  Commands commands;
  Dashboard dashboard({}, commands.handler());
  const Site site(dashboard.address());
  const auto post = [&](const std::string& path, const std::string& note) {
    return site.answer(Site::request(
        "POST", path, site.headers() + "Origin: http://" + site.host() + "\r\n", note));
  };
  EXPECT_EQ(status_of(post("/arm", "")), 204);
  EXPECT_EQ(status_of(post("/disarm", "")), 204);
  auto window = site.watch();
  EXPECT_EQ(status_of(post("/mark", "puff \xC3\xA4 <b>")), 204);
  EXPECT_EQ(status_of(post("/stop", "")), 204);
  EXPECT_EQ(status_of(site.answer("POST /arm HTTP/1.1\r\n" + site.headers() + "\r\n")), 204);
  const std::string refused = post("/arm", "refuse me");
  EXPECT_EQ(status_of(refused), 409);
  EXPECT_NE(refused.find("arming needs a calibration"), std::string::npos);
  const std::vector<std::pair<Command, std::string>> expected{{Command::Arm, ""},
                                                              {Command::Disarm, ""},
                                                              {Command::Mark, "puff \xC3\xA4 <b>"},
                                                              {Command::Stop, ""},
                                                              {Command::Arm, ""},
                                                              {Command::Arm, "refuse me"}};
  EXPECT_EQ(commands.given, expected);
  EXPECT_NE(window.read_until("\"kind\":\"mark\"").find("puff"), std::string::npos);
}

TEST(Dashboard, SaysThatTheSessionHasEnded) {
  Commands commands;
  auto dashboard = std::make_unique<Dashboard>(Options{}, commands.handler());
  const Site site(dashboard->address());
  auto window = site.watch();
  window.read_until("\r\n\r\n");
  dashboard->finish("Ended by the user.");
  EXPECT_NE(window.read_all().find("Ended by the user."), std::string::npos);
  EXPECT_TRUE(window.is_closed());
  // Nothing breaks afterwards.
  dashboard->add({1.0, {0.1f, 0.1f}, 0.1f, false});
  dashboard->set_state({});
  dashboard->add_message("late");
  dashboard.reset();
  EXPECT_THROW(site.watch(), std::runtime_error);
}

TEST(Dashboard, EndsAtOnceWhateverIsConnected) {
  Commands commands;
  auto dashboard = std::make_unique<Dashboard>(Options{}, commands.handler());
  const Site site(dashboard->address());
  std::vector<LoopbackClient> clients;
  for (int i = 0; i < 10; ++i) clients.push_back(site.watch());
  for (int i = 0; i < 10; ++i) clients.emplace_back(site.port);
  const auto begin = Clock::now();
  dashboard.reset();
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(3));
}

TEST(Dashboard, RefusesAPlaceWhereItCannotListen) {
  Commands commands;
  const Dashboard first({}, commands.handler());
  const int port = Site(first.address()).port;
  const auto start = [&](const Options& options) {
    const Dashboard dashboard(options, commands.handler());
  };
  EXPECT_NE(eyelid::testing::refusal_of([&] {
              start({"127.0.0.1", port});
            }).find("in use; expected an address"),
            std::string::npos);
  EXPECT_NE(eyelid::testing::refusal_of([&] {
              start({"127.0.0.1", 70'000});
            }).find("70000"),
            std::string::npos);
  EXPECT_NE(eyelid::testing::refusal_of([&] {
              start({"no such host", 0});
            }).find("no such host"),
            std::string::npos);
}

TEST(Dashboard, LeavesTheSignalsOfTheProgramAlone) {
  struct sigaction before {};
  sigaction(SIGPIPE, nullptr, &before);
  Commands commands;
  const Dashboard dashboard({}, commands.handler());
  struct sigaction after {};
  sigaction(SIGPIPE, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

}  // namespace
}  // namespace eyelid::dashboard
