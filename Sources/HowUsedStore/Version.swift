/// What `howused --version` and `/health` tell.
package enum HowUsedVersion {
  package static let current = "0.1.0"
}
