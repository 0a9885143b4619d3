#!/usr/bin/env Rscript
# Mixed models and a learning curve from trials_long.csv, written beside it by `eyelid score`.
# usage: Rscript analysis.R [FOLDER]     (needs lme4)
# A start. Copy it under another name to edit it: the next run of `eyelid score` replaces it.
# Judged trials of the mean trace; phase "acquisition", or no phase.

library(lme4)

arguments <- commandArgs(trailingOnly = TRUE)
folder <- if (length(arguments) > 0) arguments[1] else "."
trials <- read.csv(file.path(folder, "trials_long.csv"), stringsAsFactors = FALSE,
                   colClasses = c(subject = "character", group = "character", phase = "character"))
judged <- trials[trials$eye == "mean" & !is.na(trials$is_cr), ]

# One value per subject and session: the unit of every figure.
sessions <- aggregate(cbind(percent = 100 * is_cr, amplitude = cr_amplitude) ~ subject + group + phase + session,
                      data = judged, FUN = mean)
cat("Sessions: mean and SEM over subjects\n")
print(aggregate(percent ~ group + phase + session, data = sessions,
                FUN = function(x) c(n = length(x), mean = mean(x), sem = sd(x) / sqrt(length(x)))))

learning <- judged[judged$phase %in% c("", "acquisition"), ]
fixed <- if (length(unique(learning$group)) > 1) "session * group" else "session"
if (length(unique(learning$subject)) > 1 && length(unique(learning$session)) > 1) {
  cat("\nAmplitude of all judged trials: linear mixed model, subjects as random intercepts\n")
  print(summary(lmer(as.formula(paste("cr_amplitude ~", fixed, "+ (1 | subject)")), data = learning)))
  cat("\nCR or not: logistic mixed model, subjects as random intercepts\n")
  print(summary(glmer(as.formula(paste("is_cr ~", fixed, "+ (1 | subject)")), data = learning, family = binomial)))
}

png(file.path(folder, "analysis.png"), width = 1400, height = 800, res = 200)
acquisition <- sessions[sessions$phase %in% c("", "acquisition"), ]
par(mar = c(4, 4, 1, 1), las = 1, bty = "l")
plot(NULL, xlim = range(acquisition$session), ylim = c(0, 100), xaxt = "n", xlab = "session", ylab = "CRs (% of judged trials)")
axis(1, at = sort(unique(acquisition$session)))
groups <- unique(acquisition$group)
colors <- rep_len(palette.colors(palette = "Okabe-Ito")[-1], length(groups))
for (i in seq_along(groups)) {
  rows <- acquisition[acquisition$group == groups[i], ]
  for (subject in unique(rows$subject)) {
    one <- rows[rows$subject == subject, ]
    lines(one$session[order(one$session)], one$percent[order(one$session)], col = adjustcolor(colors[i], 0.35))
  }
  mean_of <- aggregate(percent ~ session, data = rows, FUN = mean)
  lines(mean_of$session, mean_of$percent, type = "b", pch = 19, col = colors[i], lwd = 2)
}
legend("topleft", legend = ifelse(groups == "", "all", groups), col = colors, lwd = 2, bty = "n")
invisible(dev.off())
