/// The session that holds the migrator's lock.
package struct LockHolder: Sendable, Equatable {
    package let processID: Int
    package let user: String
    package let applicationName: String
    package let clientAddress: String?

    package init(processID: Int, user: String, applicationName: String, clientAddress: String?) {
        self.processID = processID
        self.user = user
        self.applicationName = applicationName
        self.clientAddress = clientAddress
    }
}

extension LockHolder: CustomStringConvertible {
    package var description: String {
        let program = applicationName.isEmpty ? "" : " running \(applicationName)"
        let place = clientAddress.map { " from \($0)" } ?? ""
        return "process \(processID) of \(user)\(program)\(place)"
    }
}
