// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "eyelid/imports/event_log.hpp"
#include "eyelid/imports/import_testing.hpp"

// One file per program, laid out as that program writes it, with the same two trials: CS at 1.0 s
// and 11.0 s, US 0.25 s later.
namespace eyelid::imports {
namespace {

LogOptions named(const std::string& cs, const std::string& us) {
  LogOptions options;
  options.names.cs = {cs};
  options.names.us = {us};
  return options;
}

Log log_of(const std::string& name, const std::string& bytes, const LogOptions& options = {}) {
  const FileOf file(name, bytes);
  return read_log(file.path(), options);
}

void expect_two_trials(const Log& log, double begin_s = 0.0, double error_s = 1e-6) {
  const std::vector<TrialRow> trials = tables::trials_of_log(log.events);
  ASSERT_EQ(trials.size(), 2u) << log.format;
  for (std::size_t i = 0; i < 2; ++i) {
    const Trial& trial = trials[i].trial;
    EXPECT_EQ(trial.type, TrialType::Paired) << log.format;
    EXPECT_NEAR(
        trial.cs_onset_s.value_or(-1.0) - begin_s, 1.0 + 10.0 * static_cast<double>(i), error_s)
        << log.format;
    EXPECT_NEAR(trial.us_onset_s.value_or(-1.0) - *trial.cs_onset_s, 0.25, error_s) << log.format;
  }
}

TEST(LogFormats, OurEventLog) {
  expect_two_trials(log_of("log.csv", "time_s,event\n1,cs\n1.25,US\n11,CS\n11.25,us\n"));
  expect_two_trials(log_of("log.csv", "time_ms;event\n1000,0;cs\n1250,0;us\n11000;cs\n11250;us\n"));
  const Log unix_times = log_of("log.csv",
                                "unix_ms,event\n1700000001000,cs\n1700000001250,us\n"
                                "1700000011000,cs\n1700000011250,us\n");
  EXPECT_TRUE(unix_times.is_date);
  expect_two_trials(unix_times, 1.7e9);
  const Log net_ticks = log_of("log.csv",
                               "Timestamp,event\n638355968010000000,cs\n638355968012500000,us\n"
                               "638355968110000000,cs\n638355968112500000,us\n");
  EXPECT_TRUE(net_ticks.is_date);
  expect_two_trials(net_ticks, 1.7e9, 1e-5);  // 18 digits are read as a double
  LogOptions options;
  options.sample_rate = 1000.0;
  expect_two_trials(
      log_of("log.csv", "sample,event\n1000,cs\n1250,us\n11000,cs\n11250,us\n", options));
}

TEST(LogFormats, Bids) {
  const Log log =
      log_of("sub-01_events.tsv",
             "onset\tduration\ttrial_type\tblock\n1.0\t0.27\ttone\t1\n1.25\t0.02\tpuff\t1\n"
             "n/a\tn/a\tpause\t1\n11.0\t0.27\ttone\t2\n11.25\t0.02\tpuff\t2\n",
             named("tone", "puff"));
  expect_two_trials(log);
  const std::vector<TrialRow> trials = tables::trials_of_log(log.events);
  EXPECT_EQ(trials[1].trial.conditions, (TrialConditions{{"duration", "0.27"}, {"block", "2"}}));
}

TEST(LogFormats, Bonsai) {
  const Log events = log_of("events.csv",
                            "Timestamp,Value\n2026-03-04T10:00:01.0000000+00:00,Tone\n"
                            "2026-03-04T10:00:01.2500000+00:00,Puff\n"
                            "2026-03-04T10:00:11.0000000+00:00,Tone\n"
                            "2026-03-04T10:00:11.2500000+00:00,Puff\n",
                            named("Tone", "Puff"));
  EXPECT_TRUE(events.is_date);
  expect_two_trials(events, 1'772'618'400.0);
  // Digital inputs, one row per change.
  const Log levels =
      log_of("inputs.csv",
             "Seconds,DI0,DI1\n0.5,False,False\n1.0,True,False\n1.25,True,True\n"
             "1.27,False,False\n11.0,True,False\n11.25,True,True\n11.3,False,False\n",
             named("DI0", "DI1"));
  expect_two_trials(levels);
  EXPECT_EQ(levels.format, "table of TTL levels");
}

TEST(LogFormats, PyControl) {
  expect_two_trials(log_of("m1-2026-03-04.tsv",
                           "time\ttype\tsubtype\tcontent\n"
                           "\tinfo\texperiment_name\tEBC\n\tinfo\tstart_time\t2026-03-04T10:00:00\n"
                           "0.000\tvariable\trun_start\t{\"isi\": 250}\n0.000\tstate\t\titi\n"
                           "1.000\tstate\t\ttone\n1.250\tstate\t\tpuff\n1.270\tstate\t\titi\n"
                           "11.000\tstate\t\ttone\n11.250\tstate\t\tpuff\n12.0\tprint\ttask\tdone\n"
                           "13.000\tinfo\tend_time\t2026-03-04T10:00:13\n",
                           named("tone", "puff")));
  expect_two_trials(log_of("m1.txt",
                           "I Experiment name  : EBC\nI Task name : ebc\n\n"
                           "S {\"iti\": 1, \"tone\": 2, \"puff\": 3}\n\nE {\"poke\": 4}\n\n"
                           "D 0 1\nD 1000 2\nD 1250 3\nP 1300 a line\nD 11000 2\nD 11250 3\n",
                           named("tone", "puff")));
}

TEST(LogFormats, PsychoPy) {
  const Log table = log_of("ebc_2026.csv",
                           "trials.thisN,condition,tone.started,puff.started,frameRate,\n"
                           "0,paired,1.0,1.25,60,\n1,paired,11.0,11.25,60,\n",
                           named("tone", "puff"));
  expect_two_trials(table);
  EXPECT_EQ(tables::trials_of_log(table.events)[0].trial.conditions[1].second, "paired");
  expect_two_trials(
      log_of("ebc_2026.log",
             "0.5012 \tEXP \tCreated window1 = Window(allowGUI=False,\n  color=0)\n"
             "1.0000 \tEXP \ttone: autoDraw = True\n1.2500 \tEXP \tpuff: autoDraw = True\n"
             "1.2700 \tDATA \tKeypress: 5\n"
             "11.0000 \tEXP \ttone: autoDraw = True\n"
             "11.2500 \tEXP \tpuff: autoDraw = True\n",
             named("tone: autoDraw = True", "puff:*")));
}

TEST(LogFormats, Presentation) {
  const Log log =
      log_of("s1-ebc.log",
             "Scenario -\tebc\r\nLogfile written -\t03/04/2026 10:00:00\r\n\r\n"
             "Subject\tTrial\tEvent Type\tCode\tTime\tTTime\tUncertainty\r\n\r\n"
             "s1\t1\tPulse\t255\t100\t0\t1\r\ns1\t1\tSound\ttone\t10000\t0\t1\r\n"
             "s1\t1\tNothing\tpuff\t12500\t2500\t1\r\ns1\t2\tSound\ttone\t110000\t0\t1\r\n"
             "s1\t2\tNothing\tpuff\t112500\t2500\t1\r\n\r\n"
             "Event Type\tCode\tType\tResponse\tRT\r\n\r\nSound\ttone\tother\t0\t0\r\n",
             named("tone", "puff"));
  expect_two_trials(log);
  LogOptions scanner = named("tone", "puff");
  scanner.names.sync = {"Pulse"};
  EXPECT_EQ(log_of("s1.log",
                   "Scenario -\tebc\n\nSubject\tTrial\tEvent Type\tCode\tTime\n\n"
                   "s1\t1\tPulse\t255\t100\ns1\t1\tSound\ttone\t10000\n",
                   scanner)
                .events.front()
                .name,
            "sync");
}

TEST(LogFormats, EPrime) {
  std::string frames = "*** Header Start ***\r\nSubject: 1\r\n*** Header End ***\r\n";
  for (const int onset_ms : {1000, 11000}) {
    frames +=
        "\tLevel: 2\r\n\t*** LogFrame Start ***\r\n\tProcedure: Paired\r\n\tTone.OnsetTime: " +
        std::to_string(onset_ms) + "\r\n\tPuff.OnsetTime: " + std::to_string(onset_ms + 250) +
        "\r\n\tProbe.OnsetTime: 0\r\n\t*** LogFrame End ***\r\n";
  }
  std::string utf16 = "\xFF\xFE";
  for (const char c : frames) utf16 += {c, '\0'};
  const Log log = log_of("ebc-1-1.txt", utf16, named("Tone", "Puff"));
  expect_two_trials(log);
  EXPECT_EQ(log.events[0].conditions, (TrialConditions{{"Procedure", "Paired"}}));
  const std::string half = frames.substr(0, frames.rfind("\t*** LogFrame End"));
  EXPECT_EQ(error_of([&] { log_of("e.txt", half, named("Tone", "Puff")); }),
            "e.txt:12: a LogFrame without its end, expected *** LogFrame End *** (the file may be "
            "cut off)");
  // As exported by E-DataAid.
  expect_two_trials(log_of("ebc.txt",
                           "Subject\tTrial\tTone.OnsetTime\tPuff.OnsetTime\n1\t1\t1000\t1250\n"
                           "1\t2\t11000\t11250\n",
                           named("Tone", "Puff")));
}

TEST(LogFormats, Spike2) {
  std::string text =
      "\"INFORMATION\"\n\"ebc.smr\"\n\n\"SUMMARY\"\n\"1\"\t\"Evt+\"\t\"CS\"\n\n"
      "\"CHANNEL\"\t\"1\"\n\"Evt+\"\n\"No comment\"\n\"CS\"\n\n1.00000\n11.00000\n\n"
      "\"CHANNEL\"\t\"2\"\n\"Waveform\"\n\"No comment\"\n\"US\"\n\" Volt\"\n\n"
      "\"START\"\t0.00000\t0.05000\n";
  for (int i = 0; i < 300; ++i) text += i % 200 == 25 || i % 200 == 26 ? "4.98\n" : "0.02\n";
  text += "\"CHANNEL\"\t\"31\"\n\"Marker\"\n\"No comment\"\n\"Keyboard\"\n\n2.5\t\"A\"\t0\t0\t0\n";
  expect_two_trials(log_of("ebc.txt", text));
  EXPECT_EQ(error_of([] { log_of("ebc.txt", "\"INFORMATION\"\n\"ebc.smr\"\n"); }),
            "ebc.txt: no \"CHANNEL\", expected a text export of Spike2 (the file may be cut off)");
}

TEST(LogFormats, LabChart) {
  const auto block = [](const std::string& day, const std::string& comment) {
    std::string text = "Interval=\t0.05 s\nExcelDateTime=\t" + day +
                       "\t03/04/26 10:00:00\nTimeFormat=\tStartOfBlock\nDateFormat=\n"
                       "ChannelTitle=\tLid\tPuff\nRange=\t10.000 V\t10.000 V\n";
    for (int i = 0; i < 40; ++i) {
      text += std::to_string(0.05 * i) + "\t0.3\t" + (i == 25 || i == 26 ? "5.01" : "0.01");
      text += i == 20 ? "\t#* " + comment + "\n" : "\n";
    }
    return text;
  };
  expect_two_trials(log_of("ebc.txt",
                           block("46085", "tone") + block("46085.00011574074074", "tone"),
                           named("tone", "Puff")));
  EXPECT_EQ(
      error_of([] { log_of("ebc.txt", "Interval=\t0.05 s\nChannelTitle=\tCS\n"); }),
      "ebc.txt: no samples below its header, expected a text export of LabChart (the file may "
      "be cut off)");
}

TEST(LogFormats, SayWhatIsMissing) {
  EXPECT_EQ(error_of([] { log_of("log.csv", "time_s,event\n1,tone\n2,puff\n3,tone\n"); }),
            "log.csv: table of events, time_s (s), found the events \"tone\" (2), \"puff\" (1); "
            "expected the events of the trials (name them: --cs NAME, --us NAME)");
  EXPECT_EQ(error_of([] { log_of("log.csv", "when,what\n1,tone\n"); }),
            "log.csv: found the columns when, what; expected names of events (--event-columns "
            "event=NAME), or a column for the CS and the US (--cs NAME, --us NAME)");
  EXPECT_EQ(error_of([] { log_of("log.csv", "when,event\n1,cs\n"); }),
            "log.csv: found the columns when, event; expected a time (name it: --event-columns "
            "time=NAME)");
  EXPECT_EQ(error_of([] { log_of("log.csv", "time_s,event\n2,cs\n1,us\n"); }),
            "log.csv:3: column time_s: found \"1\", expected a time not earlier than in the row "
            "above");
  EXPECT_EQ(
      error_of([] { log_of("log.csv", "sample,event\n2,cs\n"); }),
      "log.csv: column sample counts samples, expected their rate (--sample-rate HZ, or --fps "
      "N for a trace)");
  EXPECT_EQ(
      error_of([] {
        log_of("s.log", "Scenario -\tebc\nSubject\tEvent Type\tCode\tTime\n\ns1\tSound\ttone\n");
      }),
      "s.log:4: column Time: found \"\", expected a time in 0.1 ms (the file may be cut off)");
  EXPECT_EQ(error_of([] { log_of("p.txt", "I Experiment name  : EBC\nE {\"cs\": 1}\nD 1000\n"); }),
            "p.txt:3: found no number, expected \"D TIME_MS ID\" (the file may be cut off)");
}

}  // namespace
}  // namespace eyelid::imports
