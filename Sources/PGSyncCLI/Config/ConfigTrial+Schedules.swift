import Arguments
import PGSyncRules
import PGSyncStore

extension ConfigTrial {
    /// Changes schedules, and compares what they are then with what they were.
    mutating func trySchedules() throws {
        let store = ScheduleStore(session)
        let present = try store.list()
        for wanted in file.schedules {
            let name = wanted.name.value
            let definition = Schedule.Definition(wanted)
            let changed = try attempt(at: wanted.cron.range) {
                try store.set(name, ScheduleStore.Change(definition))
                return try store.schedule(name).definition
            }
            guard let changed else { continue }
            let before = present.first { $0.name == name }?.definition
            guard changed != before else {
                plan.unchanged += 1
                continue
            }
            plan.schedules.append((name, definition))
            plan.changes.append(
                ConfigChange(
                    kind: .schedule,
                    name: name,
                    isNew: before == nil,
                    differences: before.map { changed.differences(from: $0) } ?? [],
                    remark: before == nil ? changed.cron : ""
                )
            )
        }
        for schedule in present where !schedule.isDefault {
            guard !file.schedules.contains(where: { $0.name.value == schedule.name }) else { continue }
            plan.leftovers.append(.init(kind: "schedule", name: schedule.name))
        }
    }
}

extension Schedule.Definition {
    fileprivate init(_ written: ConfigurationFile.Schedule) {
        self.init(kind: written.kind, cron: written.cron.value)
        let options = written.options.mapValues(\.value)
        subject = options["subject"] ?? subject
        type = options["type"]
        timeZone = options["zone"] ?? timeZone
        tooLateAfter = options["too_late"]
        hoursSetting = options["every"]
        isEnabled = written.isEnabled
    }

    fileprivate func differences(from before: Self) -> [SourcePlan.Difference] {
        let fields: [(String, (Self) -> String)] = [
            ("cron", { $0.cron }), ("kind", { $0.kind }), ("subject", { $0.subject }),
            ("type", { $0.type ?? "none" }),
            ("zone", { $0.timeZone }), ("too_late", { $0.tooLateAfter ?? "never" }),
            ("every", { $0.hoursSetting ?? "none" }), ("enabled", { $0.isEnabled ? "yes" : "no" }),
        ]
        return fields.compactMap { field, value in
            value(before) == value(self) ? nil : (field, value(before), value(self))
        }
    }
}
