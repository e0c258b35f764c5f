import{y as s,d as a,r as t,c as o}from"./SPiZiNSy.js";const e=["catalog","requests","dispatch","notify"],r={catalog:o,requests:t,dispatch:a,notify:s};export{e as S,r as s};
