// SPDX-License-Identifier: MIT
#include "eyelid/dashboard/board.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace eyelid::dashboard {
namespace {

using std::chrono::milliseconds;

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(Board, TellsEveryReaderEverythingOnce) {
  Board board;
  board.add_bins({"[1]", "[2]"}, 0);
  board.set_state("{\"a\":1}");
  board.add_message("{\"m\":1}");
  Board::Cursor first;
  Board::Cursor second;
  const std::string expected =
      "event: state\ndata: {\"a\":1}\n\nevent: trace\ndata: {\"bins\":[[1],[2]],\"dropped\":0}\n\n"
      "event: message\ndata: {\"m\":1}\n\n";
  EXPECT_EQ(board.news(first, milliseconds(0)), expected);
  EXPECT_EQ(board.news(first, milliseconds(1)), "");
  EXPECT_EQ(board.news(second, milliseconds(0)), expected);
  board.add_bins({"[3]"}, 7);
  EXPECT_EQ(board.news(first, milliseconds(0)),
            "event: trace\ndata: {\"bins\":[[3]],\"dropped\":7}\n\n");
}

TEST(Board, KeepsTheNewestForAReaderThatIsFarBehind) {
  Board board;
  Board::Cursor cursor;
  board.add_bins({"[0]"}, 0);
  board.news(cursor, milliseconds(0));
  for (int i = 1; i <= 100'000; ++i) {
    board.add_bins({fmt::format("[{}]", i)}, 0);
    board.set_picture(fmt::format(R"({{"p":{}}})", i));
    board.add_message(fmt::format(R"({{"m":{}}})", i));
  }
  const std::string news = board.news(cursor, milliseconds(0));
  EXPECT_LT(news.size(), 20'000u);
  EXPECT_NE(news.find("[99501]"), std::string::npos);  // 500 bins
  EXPECT_EQ(news.find("[99500]"), std::string::npos);
  EXPECT_NE(news.find("[100000]"), std::string::npos);
  EXPECT_EQ(count_of(news, "event: picture"), 1);
  EXPECT_NE(news.find("{\"p\":100000}"), std::string::npos);
  EXPECT_EQ(count_of(news, "event: message"), 50);
}

TEST(Board, EndsForReadersNowAndLater) {
  Board board;
  Board::Cursor cursor;
  board.end("{\"text\":\"over\"}");
  board.end("{\"text\":\"again\"}");
  EXPECT_EQ(board.news(cursor, milliseconds(0)), "event: end\ndata: {\"text\":\"over\"}\n\n");
  EXPECT_TRUE(cursor.has_ended);
  EXPECT_EQ(board.news(cursor, milliseconds(10'000)), "");  // at once
  Board::Cursor late;
  EXPECT_NE(board.news(late, milliseconds(0)).find("over"), std::string::npos);
}

}  // namespace
}  // namespace eyelid::dashboard
