import Glibc

/// The environment a child process starts with.
public enum ProcessEnvironment: Sendable {
    /// What this process has at that moment.
    case inherited
    /// What this process has, with some variables set, or removed where the value is nil.
    case merging([String: String?])
    /// These variables and no others.
    case exactly([String: String])

    /// The variables of this process as they are now.
    public static var current: [String: String] {
        var variables: [String: String] = [:]
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let pair = unsafe String(cString: text).split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
            unsafe entry += 1
        }
        return variables
    }

    /// The variables for a child that runs as `user`, or as ourselves where that is nil.
    ///
    /// Another user's programs must not look for their files in our home directory.
    func variables(for user: UserAccount?) -> [String: String] {
        var changes: [String: String?] = [:]
        switch self {
        case .exactly(let variables): return variables
        case .merging(let merged): changes = merged
        case .inherited: break
        }
        var result = Self.current
        if let user { result.merge(["HOME": user.home, "USER": user.name, "LOGNAME": user.name]) { $1 } }
        for (name, value) in changes { result[name] = value }
        return result
    }
}
