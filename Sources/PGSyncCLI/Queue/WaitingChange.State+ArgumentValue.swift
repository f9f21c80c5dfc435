import Arguments
import PGSyncStore

extension WaitingChange.State: ArgumentValue {
    package static var placeholder: String { "STATE" }
}
