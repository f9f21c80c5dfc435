#!/usr/bin/env python3
"""The next runs of cron expressions by cronsim 2.8, to compare pgsync.cron_next with.

Reads lines EXPRESSION<TAB>ZONE<TAB>START (ISO 8601 with an offset) and prints them with a fourth column: the next
COUNT runs after START (and up to START + DAYS, if given) in UTC, separated by blanks, or "refused".

    pip install cronsim==2.8
    printf '30 2 * * *\tEurope/Berlin\t2026-03-28T00:00Z\n' | python3 referee.py 3

cronsim is corrected in three cases, unless --raw is given:
1. A fixed time is not after START, because START is in the repeated hour: left out.
2. Clocks never show the time, as a skipped midnight: left out, unless the time shown instead is chosen as well.
3. Clocks were changed within an hour, or by part of one, in the last 25 hours: the minutes are tried one by one.
"""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

UTC = UTC
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@cache
def changes(zone, year):
    """When clocks are changed in a year: each moment, and by how much."""

    def offset(moment):
        return moment.astimezone(ZoneInfo(zone)).utcoffset()

    found = []
    moment = datetime(year, 1, 1, tzinfo=UTC)
    while moment.year == year:
        low, high = moment, moment + DAY
        if offset(low) != offset(high):
            while high - low > MINUTE:
                middle = low + (high - low) // 2 // MINUTE * MINUTE
                low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
            found.append((high, offset(high) - offset(low)))
        moment += DAY
    return found


class Passed(Exception):
    pass


class Stepper(CronSim):
    """cronsim up to a limit: beyond an uneven change it can go in circles."""

    limit = datetime.max.replace(tzinfo=UTC)

    def tick(self, seconds=1):
        super().tick(seconds)
        if self.dt.tzinfo and self.dt > self.limit:
            raise Passed


class Referee:
    def __init__(self, expression, zone, start, raw=False):
        if len(expression.split()) != 5:
            raise CronSimError("pgsync knows five fields only")
        self.expression = expression
        self.name = zone
        self.zone = ZoneInfo(zone)
        self.start = start.astimezone(UTC)
        self.raw = raw
        self.cron = CronSim(expression, start.astimezone(self.zone))
        minute, hour = expression.split()[:2]
        self.is_fixed = not minute.startswith("*") and not hour.startswith("*")

    def is_uneven(self, change):
        """Whether clocks were changed within an hour, or by part of one, as at 02:45 or by 30 minutes."""
        moment, shift = change
        return bool(shift % HOUR or moment.astimezone(self.zone).minute)

    def has_uneven(self):
        """Whether the zone has such changes in these years; if not, it has none later."""
        years = range(self.start.year - 1, self.start.year + 3)
        return any(self.is_uneven(change) for year in years for change in changes(self.name, year))

    def is_shown(self, clock):
        return clock.astimezone(UTC).astimezone(self.zone).replace(fold=0) == clock.replace(fold=0)

    def is_chosen(self, moment):
        clock = moment.astimezone(self.zone)
        return (
            clock.month in self.cron.months
            and clock.hour in self.cron.hours
            and clock.minute in self.cron.minutes
            and self.cron.match_day(clock.date())
        )

    def counted(self, after, last):
        """The runs of an expression with a wildcard, by trying every minute."""
        moment = after.replace(second=0, microsecond=0) + MINUTE
        while moment <= last:
            if self.is_chosen(moment):
                yield moment
            moment += MINUTE

    def stepped(self, after, last):
        stepper = Stepper(self.expression, after.astimezone(self.zone))
        stepper.limit = last
        try:
            for clock in stepper:
                moment = clock.astimezone(UTC)
                if moment > last:
                    return
                if self.is_shown(clock) or self.is_chosen(moment):
                    yield moment
        except Passed:
            return

    def runs(self):
        if self.raw:
            yield from (clock.astimezone(UTC) for clock in self.cron)
        elif self.is_fixed:
            yield from (moment for clock in self.cron if (moment := clock.astimezone(UTC)) > self.start)
        else:
            after = self.start
            if self.has_uneven():
                for year in range((after - 2 * DAY).year, 9999):
                    for change in filter(self.is_uneven, changes(self.name, year)):
                        first, last = change[0] - MINUTE, change[0] + 25 * HOUR
                        if first > after:
                            yield from self.stepped(after, first)
                        if last > after:
                            yield from self.counted(max(first, after), last)
                            after = last
            yield from self.stepped(after, Stepper.limit)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("--days", type=float)
    parser.add_argument("--raw", action="store_true", help="cronsim as it is")
    options = parser.parse_args()
    for line in sys.stdin:
        expression, zone, text = line.rstrip("\n").split("\t")
        start = datetime.fromisoformat(text.replace("Z", "+00:00"))
        end = start + timedelta(days=options.days) if options.days else datetime.max.replace(tzinfo=UTC)
        found = []
        try:
            for moment in Referee(expression, zone, start, options.raw).runs():
                if moment > end or len(found) == options.count:
                    break
                found.append(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
            answer = " ".join(found)
        except CronSimError:
            answer = "refused"
        print(expression, zone, text, answer, sep="\t")


if __name__ == "__main__":
    main()
