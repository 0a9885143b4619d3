// SPDX-License-Identifier: MIT
#include "eyelid/imports/delimited_table.hpp"

#include <gtest/gtest.h>

#include "eyelid/imports/import_testing.hpp"

namespace eyelid::imports {
namespace {

// The second column of all rows; -1 where not available.
std::vector<double> second_column(const std::string& bytes) {
  const FileOf file("table.csv", bytes);
  TextFile text(file.path(), "a table");
  DelimitedTable table(text);
  std::vector<double> values;
  while (table.next()) values.push_back(table.number(1).value_or(-1.0));
  return values;
}

const std::vector<double> kValues{0.25, -1.0, 1e-3};

TEST(DelimitedTable, FindsSeparatorAndDecimals) {
  EXPECT_EQ(second_column("t,v\n0.1,0.25\n0.2,NaN\n0.3,1e-3\n"), kValues);
  EXPECT_EQ(second_column("t;v\n0,1;0,25\n0,2;n/a\n0,3;0,001\n"), kValues);
  EXPECT_EQ(second_column("t\tv\r\n0,1\t0,25\r\n0,2\tNA\r\n0,3\t1,0e-3\r\n"), kValues);
  EXPECT_EQ(second_column("t v\n0.1 0.25\n0.2  nan\n0.3   +0.001\n"), kValues);
  EXPECT_EQ(second_column("\xEF\xBB\xBF\"t\",\"v\"\n\"0.1\",\"0.25\"\n\n0.2,\n0.3,.001"), kValues);
  EXPECT_EQ(second_column("# written by a script\nt,v\n0.1,0.25\n0.2,null\n0.3,0.001\n"), kValues);
  // A comma that is decimal is no separator, and quoted separators are text.
  EXPECT_EQ(second_column("time [s];v\n1,5;0,25\n2,5;-\n3,5;0,001\n"), kValues);
}

TEST(DelimitedTable, NumbersColumnsWithoutAHeader) {
  const FileOf file("table.txt", "0.1;0.25\n0.2;0.5\n");
  TextFile text(file.path(), "a table");
  DelimitedTable table(text);
  EXPECT_EQ(table.column_list(), "1, 2");
  ASSERT_TRUE(table.next());
  EXPECT_EQ(table.number(1), 0.25);
  ASSERT_TRUE(table.next());
  EXPECT_FALSE(table.next());
}

TEST(DelimitedTable, ReadsUtf16) {
  std::string bytes = "\xFF\xFE";
  for (const char c : std::string("a\tb\r\n1\t2\r\n")) bytes += {c, '\0'};
  const FileOf file("table.txt", bytes);
  TextFile text(file.path(), "a table");
  DelimitedTable table(text);
  EXPECT_EQ(table.column_list(), "a, b");
  ASSERT_TRUE(table.next());
  EXPECT_EQ(table.number(table.required_column("B")), 2.0);
}

TEST(DelimitedTable, NamesTheLineOfWhatIsWrong) {
  EXPECT_EQ(error_of([] { second_column("t,v\n0.1,0.25\n0.2"); }),
            "table.csv:3: found 1 cells, expected 2 as in the header (the file may be cut off)");
  EXPECT_EQ(error_of([] { second_column("t,v\n0.1,open\n"); }),
            "table.csv:2: column v: found \"open\", expected a number");
  EXPECT_EQ(error_of([] { second_column(std::string("t,v\n0.1,\0\n", 10)); }),
            "table.csv: is not text, expected a table");
  EXPECT_EQ(error_of([] { second_column(""); }), "table.csv: is empty, expected a table");
}

}  // namespace
}  // namespace eyelid::imports
