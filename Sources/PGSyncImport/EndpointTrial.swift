internal import HTTPClient
internal import JSON
package import PGSyncDelivery
import PGSyncRemote
import PGSyncRules
import PGSyncStore
package import Postgres
import Services

/// Calls an endpoint once, to see whether its address and its secret are right.
package struct EndpointTrial: Sendable {
    package struct Outcome: Sendable, Equatable {
        package let isOK: Bool
        package let message: String
        /// How many rows the first page has.
        package var rows: Int?
    }

    private let name: String
    private let content: String
    private let site: DeliverySite

    package init(name: String, content: String, site: DeliverySite) {
        self.name = name
        self.content = content
        self.site = site
    }

    package func run(on connection: PostgresConnection) async throws -> Outcome {
        guard let written = ImportFile(name: name, text: content).definition,
            let stream = written.streamsInOrder.first
        else { return Outcome(isOK: false, message: "the definition cannot be read by this pgsync") }
        let definition: ImportDefinition
        let client: HTTPClient
        do {
            definition = try written.adjusted { site.setting($0) }
            client = try HTTPClient(policy: site.policy(isEncrypted: definition.base.isEncrypted))
        } catch let failure as DeliveryFailure {
            return Outcome(isOK: false, message: failure.message)
        } catch let setting as ImportDefinition.BadSetting {
            return Outcome(isOK: false, message: "\(setting)")
        }
        var policy = CallPolicy(definition)
        // One call is what was asked for.
        (policy.retries, policy.longestWait) = (0, .zero)
        let authentication = Authentication(definition, site: site)
        let calls = CallRunner(
            CallTarget(definition, authentication),
            policy: policy,
            client: client,
            authentication: authentication,
            until: Shutdown(),
            // It may be this machine that lacks the secret.
            pausing: false
        )
        let addresses = PageAddresses(definition: definition, stream: stream)
        do {
            guard
                let answer = try await calls.get(
                    addresses.url(of: .everything, at: PagePlace(nil, isCounted: false)),
                    on: connection
                )
            else { return Outcome(isOK: true, message: "it answered, with nothing to read") }
            guard let body = answer.json else {
                return Outcome(
                    isOK: false,
                    message: "it answered with status \(answer.reply.status), but not with JSON"
                )
            }
            switch stream.page(body: body) {
            case .failure(let fault): return Outcome(isOK: false, message: fault.message)
            case .success(let page):
                return Outcome(
                    isOK: true,
                    message: "it answered with \(page.rows.count) rows of \(stream.name)",
                    rows: page.rows.count
                )
            }
        } catch let failure as CallRunner.Failure {
            switch failure {
            case .leave(_, let problem), .failed(_, let problem), .unauthorized(let problem):
                return Outcome(isOK: false, message: problem)
            case .gone: return Outcome(isOK: false, message: "there is nothing at the path of \(stream.name)")
            case .interrupted: return Outcome(isOK: false, message: "stopped")
            }
        }
    }
}
