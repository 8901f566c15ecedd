extension Fault {
  /// What happens to the archive's disk.
  static let diskFaults = [
    Fault(name: "disk-full", areas: [.disk], needs: [.mounts], weight: 2, hold: 500...6000, isQuick: true) { world, _ in
      try await world.fill(world.data)
    } heal: {
      try $0.unfill($0.data)
    },
    Fault(name: "disk-fsync-fails", areas: [.disk], needs: [.shim], weight: 2, hold: 1000...3000, isQuick: true) {
      world,
      chance in
      try world.serverShim.failSyncs(1 + Int(chance % 3))
    } heal: {
      try $0.serverShim.failSyncs(0)
    },
    Fault(name: "disk-fsync-slow", areas: [.disk], needs: [.shim], hold: 2000...8000) { world, _ in
      try world.serverShim.slowSync(milliseconds: 1500)
    } heal: {
      try $0.serverShim.slowSync(milliseconds: 0)
    },
    Fault(name: "disk-read-only", areas: [.disk], needs: [.mounts], hold: 1000...6000) { world, _ in
      let archive = world.archive
      let line = "mount --bind \(archive) \(archive) && mount -o remount,bind,ro \(archive)"
      try await world.must(line)
    } heal: {
      try await $0.must("umount -l \($0.archive)")
    },
    // For longer than the leases of those who were killed, which their files elsewhere would have told were dead.
    // As the folder looks when the volume isn't there: to servers that run, or to ones that start.
    Fault(name: "disk-unmounted", areas: [.disk, .server], needs: [.mounts], hold: 1000...45_000) { world, chance in
      if chance % 2 == 0 { for server in world.servers { server.kill() } }
      _ = try await world.shell("rm -rf \(world.folder)/nothing; mkdir \(world.folder)/nothing")
      try await world.must("mount --bind \(world.folder)/nothing \(world.archive)")
      try world.startServers()
    } heal: { world in
      try await world.must("umount -l \(world.archive)")
      try world.startServers()
    },
    Fault(name: "disk-older-copy", areas: [.disk, .server], needs: [.mounts], hold: 36_000...45_000) { world, _ in
      let copy = "\(world.folder)/copy"
      _ = try await world.shell("rm -rf \(copy); cp -a \(world.archive) \(copy)")
      try await Task.sleep(for: .seconds(Int64(2 * World.archiveInterval + 1)))
      for server in world.servers { server.kill() }
      try await world.must("mount --bind \(copy) \(world.archive)")
      try world.startServers()
    } heal: { world in
      for server in world.servers { server.kill() }
      try await world.must("umount -l \(world.archive)")
      try world.startServers()
    },
  ]
}
