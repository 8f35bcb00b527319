package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"log"
	"time"

	"github.com/pingcap/kvproto/pkg/metapb"
	"github.com/tikv/client-go/v2/util/codec"
)

// change is one line of cluster.log: what happened to the regions, in order.
type change struct {
	Op    string `json:"op"`
	Key   string `json:"key,omitempty"` // hex of the key as clients know it
	ID    uint64 `json:"id,omitempty"`
	Store uint64 `json:"store,omitempty"`
	Safe  uint64 `json:"safe,omitempty"`
}

// do applies a change and writes it down.
func (c *cluster) do(change change) error {
	c.changes.Lock()
	defer c.changes.Unlock()
	return c.doLocked(change)
}

func (c *cluster) doLocked(change change) error {
	if err := c.apply(change); err != nil {
		return err
	}
	return c.journal.write(change)
}

func (c *cluster) apply(change change) error {
	switch change.Op {
	case "split":
		key, err := hex.DecodeString(change.Key)
		if err != nil {
			return err
		}
		return c.applySplit(key, change.Store)
	case "transfer":
		return c.applyTransfer(change.ID, change.Store)
	case "safe-point":
		c.safePoint.Store(change.Safe)
		return nil
	}
	return fmt.Errorf("unknown change %q", change.Op)
}

// split makes key the first key of a region. The leaders of new regions go round the stores that are alive.
func (c *cluster) split(key []byte) error {
	c.changes.Lock()
	defer c.changes.Unlock()
	var living []uint64
	for _, store := range c.stores {
		if store.running() {
			living = append(living, store.id)
		}
	}
	if len(living) == 0 { // before the first start
		for _, store := range c.stores {
			living = append(living, store.id)
		}
	}
	leader := living[len(c.regions.GetAllRegions())%len(living)]
	return c.doLocked(change{Op: "split", Key: hex.EncodeToString(key), Store: leader})
}

func (c *cluster) applySplit(key []byte, leader uint64) error {
	encoded := codec.EncodeBytes(nil, key)
	region, _, _ := c.regions.GetRegionByKey(encoded)
	if region == nil {
		return fmt.Errorf("no region holds the key %q", key)
	}
	if bytes.Equal(region.StartKey, encoded) {
		return nil
	}
	id := c.regions.AllocID()
	peers := c.regions.AllocIDs(len(region.Peers))
	at := 0
	for i, peer := range region.Peers {
		if peer.StoreId == leader {
			at = i
		}
	}
	c.regions.Split(region.Id, id, key, peers, peers[at])
	return nil
}

// transfer makes the peer on a store the leader of a region.
func (c *cluster) transfer(region, store uint64) error {
	return c.do(change{Op: "transfer", ID: region, Store: store})
}

func (c *cluster) applyTransfer(id, store uint64) error {
	region, _ := c.regions.GetRegion(id)
	if region == nil {
		return fmt.Errorf("there is no region %d", id)
	}
	for _, peer := range region.Peers {
		if peer.StoreId == store {
			c.regions.ChangeLeader(id, peer.Id)
			return nil
		}
	}
	return fmt.Errorf("region %d has no peer on store %d", id, store)
}

// regionOf is the number of the region that holds a key as clients know it; 0 if none does.
func (c *cluster) regionOf(key []byte) uint64 {
	region, _, _ := c.regions.GetRegionByKey(codec.EncodeBytes(nil, key))
	if region == nil {
		return 0
	}
	return region.Id
}

// bounds are the first key of a region and the one past its last, as clients know them.
func (c *cluster) bounds(id uint64) (start, end []byte) {
	region, _ := c.regions.GetRegion(id)
	if region == nil {
		return nil, nil
	}
	return plainBounds(region)
}

func plainBounds(region *metapb.Region) (start, end []byte) {
	if len(region.StartKey) > 0 {
		_, start, _ = codec.DecodeBytes(region.StartKey, nil)
	}
	if len(region.EndKey) > 0 {
		_, end, _ = codec.DecodeBytes(region.EndKey, nil)
	}
	return start, end
}

func (c *cluster) alive(store uint64) bool {
	for _, server := range c.stores {
		if server.id == store {
			return server.running()
		}
	}
	return false
}

// electSoon lets the regions without a leader on a live store elect one, after the time that an election takes.
func (c *cluster) electSoon() {
	time.AfterFunc(c.options.election, func() {
		if err := c.elect(); err != nil {
			log.Printf("election: %v", err)
		}
	})
}

// elect moves every leader from a dead store to a live one where most peers of the region are alive, as Raft would.
func (c *cluster) elect() error {
	c.changes.Lock()
	defer c.changes.Unlock()
	for _, known := range c.regions.ScanRegions(nil, nil, 0) {
		var living []*metapb.Peer
		for _, peer := range known.Meta.Peers {
			if c.alive(peer.StoreId) {
				living = append(living, peer)
			}
		}
		if c.alive(known.Leader.GetStoreId()) || len(living)*2 <= len(known.Meta.Peers) {
			continue
		}
		next := living[int(known.Meta.Id)%len(living)]
		if err := c.doLocked(change{Op: "transfer", ID: known.Meta.Id, Store: next.StoreId}); err != nil {
			return err
		}
	}
	return nil
}

// collect removes the versions that no read at or after the safe point can see.
func (c *cluster) collect() error {
	c.records.Lock()
	defer c.records.Unlock()
	collector, ok := c.mvcc.(interface {
		GC(start, end []byte, safePoint uint64) error
	})
	if !ok {
		return fmt.Errorf("mocktikv has no garbage collection")
	}
	return collector.GC(nil, nil, c.safePoint.Load())
}

// collectInBackground is collect for a safe point that a client moved; a lock below it leaves the work to the next one.
func (c *cluster) collectInBackground() {
	if err := c.collect(); err != nil {
		log.Printf("garbage collection: %v", err)
	}
}
