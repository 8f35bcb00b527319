package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pingcap/kvproto/pkg/kvrpcpb"
	"github.com/tikv/client-go/v2/testutils"
)

// clusterID is what PD says in every answer.
const clusterID = 7_000_000_001

// cluster is one PD and several stores over one storage.
type cluster struct {
	rpc     *testutils.MockClient
	regions *testutils.MockCluster
	mvcc    testutils.MVCCStore
	raw     rawStore
	debug   debugStore
	oracle  *oracle
	pd      *pdServer
	stores  []*storeServer
	options options

	// changes orders what changes the layout of regions, and its journal.
	changes sync.Mutex
	journal *journal
	// records is held for writing while lock records are read and written back, and for reading by all else.
	records   sync.RWMutex
	safePoint atomic.Uint64
	waiters   waiters
	async     asyncCommits
	faults    faults
	counters  counters
}

// options is what the command line says.
type options struct {
	pd       string
	stores   []string
	admin    string
	folder   string
	splits   [][]byte
	lockWait time.Duration
	election time.Duration
	tls      string
}

// rawStore is the storage below the transactions: its bytes are those of mocktikv's file mvcc.go.
type rawStore interface {
	RawGet(family string, key []byte) []byte
	RawBatchGet(family string, keys [][]byte) [][]byte
	RawScan(family string, start, end []byte, limit int) []testutils.MVCCPair
	RawReverseScan(family string, start, end []byte, limit int) []testutils.MVCCPair
	RawPut(family string, key, value []byte)
	RawBatchPut(family string, keys, values [][]byte)
	RawDelete(family string, key []byte)
	RawBatchDelete(family string, keys [][]byte)
	RawDeleteRange(family string, start, end []byte)
	RawCompareAndSwap(family string, key, expected, value []byte) ([]byte, bool, error)
	RawChecksum(family string, start, end []byte) (uint64, uint64, uint64, error)
}

type debugStore interface {
	MvccGetByStartTS(start uint64) (*kvrpcpb.MvccInfo, []byte)
	MvccGetByKey(key []byte) *kvrpcpb.MvccInfo
}

// openCluster opens the data folder, or memory, and lays the regions out as they were.
func openCluster(o options) (*cluster, error) {
	database := ""
	if o.folder != "" {
		if err := os.MkdirAll(o.folder, 0o755); err != nil {
			return nil, err
		}
		database = filepath.Join(o.folder, "db")
	}
	rpc, regions, _, err := testutils.NewMockTiKV(database, nil)
	if err != nil {
		return nil, err
	}
	storage, known := rpc.MvccStore.(mocktikv)
	if !known {
		return nil, errors.New("this version of client-go has another mocktikv: go.mod pins v2.0.4")
	}
	locks, err := newLockIndex(storage)
	if err != nil {
		return nil, err
	}
	rpc.MvccStore = locks
	c := &cluster{rpc: rpc, regions: regions, mvcc: locks, raw: storage, debug: storage, options: o}
	c.faults.regionOf = c.regionOf
	c.async.open()
	if c.oracle, err = newOracle(o.folder); err != nil {
		return nil, err
	}
	ids, _, _, _ := testutils.BootstrapWithMultiStores(regions, len(o.stores))
	for _, id := range ids {
		c.stores = append(c.stores, &storeServer{cluster: c, id: id})
	}
	c.pd = &pdServer{cluster: c}
	return c, c.restore()
}

// restore replays the journals of the data folder.
func (c *cluster) restore() error {
	fresh := true
	if c.options.folder != "" {
		layout, err := openJournal(filepath.Join(c.options.folder, "cluster.log"), func(line []byte) error {
			fresh = false
			var change change
			if err := json.Unmarshal(line, &change); err != nil {
				return err
			}
			return c.apply(change)
		})
		if err != nil {
			return err
		}
		c.journal = layout
		if err := c.async.restore(filepath.Join(c.options.folder, "async.log")); err != nil {
			return err
		}
	}
	if fresh {
		for _, key := range c.options.splits {
			if err := c.split(key); err != nil {
				return err
			}
		}
	}
	return nil
}

// journal is a file of JSON lines, replayed at the next start.
type journal struct {
	file *os.File
}

// openJournal hands every line of the file to replay and opens it to append. A last line without its end, as a kill
// leaves it, is dropped.
func openJournal(path string, replay func([]byte) error) (*journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	reader, whole := bufio.NewReader(file), int64(0)
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			break
		}
		if err := replay(line); err != nil {
			return nil, err
		}
		whole += int64(len(line))
	}
	if err := file.Truncate(whole); err != nil {
		return nil, err
	}
	if _, err := file.Seek(whole, 0); err != nil {
		return nil, err
	}
	return &journal{file}, nil
}

// write appends a line; a nil journal, of a cluster in memory, forgets it.
func (j *journal) write(entry any) error {
	if j == nil {
		return nil
	}
	line, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(line, '\n'))
	return err
}
