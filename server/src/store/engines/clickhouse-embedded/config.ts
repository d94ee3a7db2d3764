/**
 * The engine's configuration file. Its defaults are a big server's (nine tenths of the memory, 5 GB of marks, dozens of
 * background threads); these are a guest's on somebody's machine.
 */
export function engineConfig(memoryLimitMb: number): string {
  const settings = {
    max_server_memory_usage: memoryLimitMb * 1_000_000,
    mark_cache_size: 64_000_000,
    index_mark_cache_size: 16_000_000,
    uncompressed_cache_size: 0,
    primary_index_cache_size: 32_000_000,
    mmap_cache_size: 100,
    // One merge at a time: merging can wait, an import should not.
    background_pool_size: 1,
    background_merges_mutations_concurrency_ratio: 1,
    background_move_pool_size: 1,
    background_fetches_pool_size: 1,
    background_common_pool_size: 1,
    background_schedule_pool_size: 2,
    background_buffer_flush_schedule_pool_size: 1,
    background_distributed_schedule_pool_size: 1,
    background_message_broker_schedule_pool_size: 1,
    tables_loader_foreground_pool_size: 1,
    tables_loader_background_pool_size: 1,
    max_concurrent_queries: 32,
  }
  const lines = Object.entries(settings).map(([name, value]) => `  <${name}>${value}</${name}>`)
  return `<clickhouse>\n${lines.join('\n')}\n</clickhouse>\n`
}
