// SPDX-License-Identifier: MIT
#include "eyelid/dashboard/access.hpp"

#include <gtest/gtest.h>

#include <set>

namespace eyelid::dashboard {
namespace {

TEST(Access, TokensAreLongAndDiffer) {
  std::set<std::string> tokens;
  for (int i = 0; i < 100; ++i) {
    const std::string token = random_token();
    EXPECT_EQ(token.size(), 32u);
    EXPECT_EQ(token.find_first_not_of("0123456789abcdef"), std::string::npos);
    tokens.insert(token);
  }
  EXPECT_EQ(tokens.size(), 100u);
}

TEST(Access, SecretsAreEqualOrNot) {
  EXPECT_TRUE(is_same_secret("abc", "abc"));
  EXPECT_FALSE(is_same_secret("abd", "abc"));
  EXPECT_FALSE(is_same_secret("", "abc"));
  EXPECT_FALSE(is_same_secret("abcd", "abc"));
  EXPECT_FALSE(is_same_secret("ab\xFF", "ab\x7F"));
}

TEST(Access, LoopbackIsKnownByItsOwnNamesAlone) {
  const KnownHosts hosts("127.0.0.1", true, 4711);
  EXPECT_TRUE(hosts.is_known("127.0.0.1:4711"));
  EXPECT_TRUE(hosts.is_known("localhost:4711"));
  EXPECT_TRUE(hosts.is_known("LOCALHOST:4711"));
  EXPECT_TRUE(hosts.is_known("[::1]:4711"));
  for (const char* foreign : {"evil.example:4711",
                              "127.0.0.1:4712",
                              "127.0.0.1",
                              "localhost",
                              "",
                              ":4711",
                              "127.0.0.1.evil.example:4711",
                              "192.168.1.2:4711",
                              "localhost.:4711"}) {
    EXPECT_FALSE(hosts.is_known(foreign)) << foreign;
  }
  EXPECT_EQ(hosts.own(), "127.0.0.1:4711");
  EXPECT_EQ(KnownHosts("::1", true, 80).own(), "[::1]:80");
}

TEST(Access, OpenToTheNetworkAnyAddressInDigitsIsKnown) {
  const KnownHosts hosts("0.0.0.0", false, 4711);
  EXPECT_TRUE(hosts.is_known("192.168.1.2:4711"));
  EXPECT_TRUE(hosts.is_known("[fe80::1]:4711"));
  EXPECT_TRUE(hosts.is_known(hosts.own()));
  EXPECT_FALSE(hosts.is_known("evil.example:4711"));
  EXPECT_TRUE(KnownHosts("rig.example", false, 4711).is_known("Rig.example:4711"));
}

}  // namespace
}  // namespace eyelid::dashboard
