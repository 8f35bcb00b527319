package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pingcap/kvproto/pkg/kvrpcpb"
	"github.com/pingcap/kvproto/pkg/pdpb"
	"github.com/tikv/client-go/v2/util/codec"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// kind is what happens to a request that a fault hits.
type kind string

const (
	unavailable      kind = "unavailable"       // refused, nothing done
	afterUnavailable kind = "after-unavailable" // done, and the answer is an error
	hang             kind = "hang"              // never done, never answered while the fault stands
	afterHang        kind = "after-hang"        // done, and never answered while the fault stands
	delay            kind = "delay"             // done after a pause
	late             kind = "late"              // refused at once, and done after a pause all the same
	exit             kind = "exit"              // the whole process ends, nothing done
	afterExit        kind = "after-exit"        // done, then the whole process ends
	storesDown       kind = "stores-down"       // every store stops, PD stays, nothing done
)

var kinds = []kind{unavailable, afterUnavailable, hang, afterHang, delay, late, exit, afterExit, storesDown}

// fault says which requests are hit, and how.
type fault struct {
	id     uint64
	method string // "*" is every method
	// region and key narrow it to requests of one region: by number, or by a key that the region holds at that time.
	region uint64
	key    []byte
	skip   int64 // so many requests pass first
	left   int64 // so many requests are hit; negative: all until it is cleared
	kind   kind
	pause  time.Duration
	hits   int64
	// cleared is closed when the fault is taken away: what hangs gives up.
	cleared chan struct{}
}

// parseFault reads the query of an admin request.
func parseFault(query url.Values) (*fault, error) {
	f := &fault{method: query.Get("method"), left: 1, kind: kind(query.Get("kind")), cleared: make(chan struct{})}
	if name, pause, ok := strings.Cut(query.Get("kind"), ":"); ok {
		milliseconds, err := strconv.Atoi(pause)
		if err != nil {
			return nil, fmt.Errorf("`%s` is not a number of milliseconds", pause)
		}
		f.kind, f.pause = kind(name), time.Duration(milliseconds)*time.Millisecond
	}
	known := false
	for _, kind := range kinds {
		known = known || kind == f.kind
	}
	if !known || f.method == "" {
		return nil, fmt.Errorf("say method=NAME or method=* and kind= one of %v, as in kind=delay:100", kinds)
	}
	numbers := map[string]*int64{"n": &f.left, "skip": &f.skip}
	for name, field := range numbers {
		if text := query.Get(name); text != "" {
			number, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return nil, fmt.Errorf("%s=%s is not a number", name, text)
			}
			*field = number
		}
	}
	if text := query.Get("region"); text != "" {
		number, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("region=%s is not a number", text)
		}
		f.region = number
	}
	if query.Has("key") {
		key, err := hex.DecodeString(query.Get("key"))
		if err != nil {
			return nil, fmt.Errorf("key= is the key in hexadecimal")
		}
		f.key = key
	}
	return f, nil
}

// faults are those that stand.
type faults struct {
	mu       sync.Mutex
	next     uint64
	standing []*fault
	regionOf func(key []byte) uint64
}

func (all *faults) add(f *fault) uint64 {
	all.mu.Lock()
	defer all.mu.Unlock()
	all.next++
	f.id = all.next
	all.standing = append(all.standing, f)
	return f.id
}

// clear takes one fault away, or all with 0, and lets go of what hangs.
func (all *faults) clear(id uint64) {
	all.mu.Lock()
	defer all.mu.Unlock()
	var rest []*fault
	for _, f := range all.standing {
		if id == 0 || f.id == id {
			close(f.cleared)
		} else {
			rest = append(rest, f)
		}
	}
	all.standing = rest
}

// hits tells how many requests a standing fault has hit.
func (all *faults) hits(id uint64) (int64, bool) {
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, f := range all.standing {
		if f.id == id {
			return f.hits, true
		}
	}
	return 0, false
}

// match is the first standing fault that hits a request.
func (all *faults) match(method string, request any) *fault {
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, f := range all.standing {
		if (f.method != method && f.method != "*") || f.left == 0 || !f.concerns(request, all.regionOf) {
			continue
		}
		if f.skip > 0 {
			f.skip--
			continue
		}
		if f.left > 0 {
			f.left--
		}
		f.hits++
		return f
	}
	return nil
}

func (f *fault) concerns(request any, regionOf func([]byte) uint64) bool {
	wanted := f.region
	if f.key != nil {
		wanted = regionOf(f.key)
	}
	if wanted == 0 {
		return f.key == nil
	}
	return wanted == regionOfRequest(request, regionOf)
}

// regionOfRequest is the region that a request to a store or a look-up at PD is about; 0 if it is about none.
func regionOfRequest(request any, regionOf func([]byte) uint64) uint64 {
	plain := func(encoded []byte) []byte {
		_, key, err := codec.DecodeBytes(encoded, nil)
		if err != nil {
			return encoded
		}
		return key
	}
	switch request := request.(type) {
	case interface{ GetContext() *kvrpcpb.Context }:
		return request.GetContext().GetRegionId()
	case *pdpb.GetRegionByIDRequest:
		return request.RegionId
	case *pdpb.GetRegionRequest:
		return regionOf(plain(request.RegionKey))
	case *pdpb.ScanRegionsRequest:
		return regionOf(plain(request.StartKey))
	}
	return 0
}

func injected(when string) error {
	return status.Errorf(codes.Unavailable, "injected fault, %s", when)
}

// hit does to one request what the fault says; work is the request itself.
func (c *cluster) hit(ctx context.Context, f *fault, work func(context.Context) (any, error)) (any, error) {
	switch f.kind {
	case unavailable:
		return nil, injected("nothing was done")
	case afterUnavailable:
		_, _ = work(ctx)
		return nil, injected("the work was done")
	case hang:
		return nil, f.wait(ctx)
	case afterHang:
		_, _ = work(ctx)
		return nil, f.wait(ctx)
	case delay:
		select {
		case <-time.After(f.pause):
			return work(ctx)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	case late:
		time.AfterFunc(f.pause, func() { _, _ = work(context.Background()) })
		return nil, injected("the work is done later")
	case storesDown:
		for _, store := range c.stores {
			store.stop()
		}
		return nil, injected("the stores are down")
	case afterExit:
		_, _ = work(ctx)
	}
	os.Exit(137)
	return nil, nil
}

func (f *fault) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-f.cleared:
		return injected("it hung until the fault was cleared")
	}
}
