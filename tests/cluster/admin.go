package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// regionReport is one region in the answer to /regions; keys are hex.
type regionReport struct {
	ID      uint64 `json:"id"`
	Start   string `json:"start"`
	End     string `json:"end"`
	Version uint64 `json:"version"`
	Leader  uint64 `json:"leader"`
}

// handlers are the requests of the admin port. Each gives what is written as JSON, or an error.
func (c *cluster) handlers() map[string]func(url.Values) (any, error) {
	return map[string]func(url.Values) (any, error){
		"/split": func(query url.Values) (any, error) {
			key, err := hex.DecodeString(query.Get("key"))
			if err != nil {
				return nil, fmt.Errorf("key= is the key in hexadecimal")
			}
			return "ok", c.split(key)
		},
		"/transfer": func(query url.Values) (any, error) {
			region, err := number(query, "region")
			if err != nil {
				return nil, err
			}
			store, err := number(query, "store")
			if err != nil {
				return nil, err
			}
			return "ok", c.transfer(region, store)
		},
		"/stop":   func(query url.Values) (any, error) { return "ok", c.stop(query.Get("server")) },
		"/start":  func(query url.Values) (any, error) { return "ok", c.start(query.Get("server")) },
		"/status": func(url.Values) (any, error) { return c.addresses(), nil },
		"/fail": func(query url.Values) (any, error) {
			f, err := parseFault(query)
			if err != nil {
				return nil, err
			}
			return c.faults.add(f), nil
		},
		"/hits": func(query url.Values) (any, error) {
			id, err := number(query, "id")
			if err != nil {
				return nil, err
			}
			hits, standing := c.faults.hits(id)
			if !standing {
				return nil, fmt.Errorf("there is no fault %d: it was cleared", id)
			}
			return hits, nil
		},
		"/clear": func(query url.Values) (any, error) {
			id, _ := number(query, "id") // without a number: all
			c.faults.clear(id)
			return "ok", nil
		},
		"/counts":  func(query url.Values) (any, error) { return c.counters.take(query.Has("reset")), nil },
		"/trace":   func(url.Values) (any, error) { return c.counters.spans(), nil },
		"/regions": func(url.Values) (any, error) { return c.regionReports(), nil },
		"/locks":   func(url.Values) (any, error) { return c.locks() },
		"/gc":      func(url.Values) (any, error) { return "ok", c.collect() },
	}
}

func (c *cluster) regionReports() []regionReport {
	var out []regionReport
	for _, known := range c.regions.ScanRegions(nil, nil, 0) {
		start, end := plainBounds(known.Meta)
		out = append(out, regionReport{
			ID: known.Meta.Id, Start: hex.EncodeToString(start), End: hex.EncodeToString(end),
			Version: known.Meta.RegionEpoch.Version, Leader: known.Leader.GetStoreId(),
		})
	}
	return out
}

// stop stops PD ("pd"), a store (its number), or everything ("all").
func (c *cluster) stop(name string) error {
	return c.each(name, (*server).stop, func(s *storeServer) error { s.stop(); return nil })
}

func (c *cluster) start(name string) error {
	if name == "pd" || name == "all" {
		if err := c.pd.start(); err != nil {
			return err
		}
	}
	return c.each(name, func(*server) {}, (*storeServer).start)
}

// each does something to the servers of a name, and lets leaders be elected.
func (c *cluster) each(name string, pd func(*server), store func(*storeServer) error) error {
	known := name == "pd" || name == "all"
	if known {
		pd(&c.pd.server)
	}
	for _, s := range c.stores {
		if name == "all" || name == strconv.FormatUint(s.id, 10) {
			known = true
			if err := store(s); err != nil {
				return err
			}
		}
	}
	if !known {
		return fmt.Errorf("say server=pd, server=all, or the number of a store; /status has them")
	}
	c.electSoon()
	return nil
}

func number(query url.Values, name string) (uint64, error) {
	value, err := strconv.ParseUint(query.Get(name), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s= must be a number, not %q", name, query.Get(name))
	}
	return value, nil
}

// adminHandler answers the requests of tests over HTTP.
func (c *cluster) adminHandler() http.Handler {
	mux := http.NewServeMux()
	for path, handle := range c.handlers() {
		mux.HandleFunc(path, func(out http.ResponseWriter, r *http.Request) {
			answer, err := handle(r.URL.Query())
			if err != nil {
				http.Error(out, err.Error(), http.StatusBadRequest)
				return
			}
			out.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(out).Encode(answer) // the client may be gone
		})
	}
	return mux
}
