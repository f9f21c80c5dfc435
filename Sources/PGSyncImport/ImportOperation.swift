import HTTPClient
package import PGSyncDelivery
package import PGSyncOperations
import PGSyncRemote
import PGSyncRules
import PGSyncStore
package import Postgres

/// Fetches from an API what is new, or all there is.
package struct ImportOperation: JobOperation {
    package let kind = "import"
    package let lane = JobLane.remote
    package let right: String? = "pgsync.begin_import(bigint)"

    private let options: ConnectionOptions
    private let site: DeliverySite
    private let keys: GivenKeys
    private let clock: any Clock<Duration>
    private let longestWait: Duration

    /// `options` are for the sessions that fetch beside the job's own.
    package init(
        to options: ConnectionOptions,
        site: DeliverySite,
        keys: GivenKeys = GivenKeys(),
        longestWait: Duration = .seconds(60),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.options = options
        self.site = site
        self.keys = keys
        self.longestWait = longestWait
        self.clock = clock
    }

    package func run(_ job: RunningJob) async throws -> [String: Int] {
        let begun = try await job.step { try ImportStore($0).begin(job.id) }
        guard let task = begun else {
            throw JobFailure("call.config", "there is no import \(job.subject)")
        }
        let key = keys.key(for: job.id)
        guard !task.holdsKey || key != nil else {
            throw job.leave(
                for: nil,
                errorClass: "auth.key_gone",
                "the key that came with the request was in a process that has ended; cancel it and ask again"
            )
        }
        let definition = try definition(of: task)
        var policy = CallPolicy(definition)
        policy.longestWait = longestWait
        let client: HTTPClient
        do {
            client = try HTTPClient(policy: site.policy(isEncrypted: definition.base.isEncrypted))
        } catch let failure as DeliveryFailure {
            throw JobFailure("call.config", failure.message)
        }
        let authentication = Authentication(definition, site: site, givenKey: key)
        let calls = CallRunner(
            CallTarget(definition, authentication),
            policy: policy,
            client: client,
            authentication: authentication,
            until: job.shutdown,
            clock: clock
        )
        let run = ImportRunner(job: job, task: task, definition: definition, calls: calls, options: options)
        return try await run.run()
    }

    private func definition(of task: ImportTask) throws(JobFailure) -> ImportDefinition {
        let file = ImportFile(name: task.name, text: task.content)
        guard var definition = file.definition else {
            throw JobFailure(
                "call.config",
                file.problems.first?.description ?? "the definition cannot be read"
            )
        }
        if let base = task.baseURL {
            guard let moved = definition.called(at: base) else {
                throw JobFailure("call.config", "\(base) is no address of the hosts that the import lists")
            }
            definition = moved
        }
        do throws(ImportDefinition.BadSetting) {
            return try definition.adjusted { site.setting($0) }
        } catch {
            throw JobFailure("call.config", "\(error)")
        }
    }
}
